using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Studies;

/// <summary>Measures a checkpoint: what it knows as it is, and what it learns of each task.</summary>
/// <param name="options">Of the study.</param>
/// <param name="tasks">To fine-tune for.</param>
/// <param name="cancellationToken">Stops; nothing is kept of what was not finished.</param>
internal sealed class CheckpointMeasurement(StudyOptions options, IReadOnlyList<StudyTask> tasks, CancellationToken cancellationToken)
{
    /// <summary>Of the documents whose verbs are asked for: the same for every model and seed.</summary>
    private const ulong GrammarSeed = 0;

    /// <summary>How many times longer the rows are that a model was not trained for.</summary>
    private static readonly int[] Longer = [1, 4, 8];

    // Read once, and before anything is trained: a file that is not there is said at once.
    private readonly IReadOnlyList<GrammarDocument>? _documents = options.IsGrammar ? [.. new GrammarCorpus(GrammarSeed).HeldOut(options.GrammarDocuments)] : null;
    private readonly IReadOnlyList<MinimalPair>? _pairs = options.Blimp is { } file ? EvenSample.Take([.. Blimp.Read(file)], options.Questions) : null;
    private readonly IReadOnlyList<AgreementQuestion>? _questions = options.Agreement is { } file ? EvenSample.Take(AgreementSet.Read(file), options.Questions) : null;

    /// <param name="checkpoint">The folder of the weights.</param>
    /// <param name="figures">What the run's log tells of it.</param>
    /// <param name="run">The run's options.</param>
    /// <param name="isLast">Whether the run ends here.</param>
    /// <param name="progress">Reports what is being measured.</param>
    public CheckpointFigures Of(string checkpoint, CheckpointFigures figures, PretrainingOptions run, bool isLast, IProgress<string> progress)
    {
        BertTokenizer tokenizer = BertTokenizer.Open(checkpoint);
        using (BiGSForMaskedLM model = Opened(checkpoint))
        {
            progress.Report("what it knows");
            figures = figures with
            {
                Grammar = _documents is null ? null : GrammarAgreement.ScoreInDetail(model, tokenizer, _documents, null, cancellationToken),
                Blimp = _pairs is null ? null : Blimp.Score(new PseudoLogLikelihood(model.MaskedWords(tokenizer.Vocabulary.PadId), tokenizer), _pairs, null, cancellationToken),
                Agreement = _questions is null ? null : AgreementEvaluation.Score(model, tokenizer, _questions, null, cancellationToken),
            };
        }

        return figures with
        {
            Tasks = [.. tasks.Select(task => FineTuned(checkpoint, task, figures.Seed, progress))],
            Longer = isLast ? [.. Longer.Select(times => LossAt(checkpoint, run, times, progress))] : [],
        };
    }

    /// <summary>The built-in grammar writes as much text as a run reads, and here nothing is trained.</summary>
    private static PretrainingOptions HeldOutOnly(PretrainingOptions run) => run with { Training = run.Training with { Steps = 1 } };

    private BiGSForMaskedLM Opened(string checkpoint)
    {
        var model = (BiGSForMaskedLM)CheckpointFolder.Open(checkpoint).Model;
        model.ComputeIn(options.Pretraining.Training.Precision);
        model.Freeze();
        return model;
    }

    private TaskFigures FineTuned(string checkpoint, StudyTask task, int seed, IProgress<string> progress)
    {
        progress.Report($"fine-tuning for {task.Name}");
        TaskKind kind = GrammarTasks.KindOf(task);
        string folder = checkpoint + "." + task.Name;
        try
        {
            FineTuningResult result = FineTuningRun.Run(
                new FineTuningRequest(task.Name, kind, checkpoint, checkpoint, [task.Train])
                {
                    Validation = [task.Validation],
                    Limit = options.TaskExamples,
                    Options = options.FineTuning with { Seed = seed, Precision = options.Pretraining.Training.Precision },
                },
                folder, null, cancellationToken);
            return new TaskFigures(task.Name, kind.BestMetric, result.Best.Score, result.Baseline, task.IsPair ? Distracted(folder, task, kind) : null);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private Score Distracted(string folder, StudyTask task, TaskKind kind)
    {
        OpenedCheckpoint opened = CheckpointFolder.Open(folder);
        using HeadedModel model = opened.Model;
        model.Freeze();
        return TaskEvaluation.Score(
            task.Name, kind, opened, BertTokenizer.Open(folder), [task.Validation], new RowLayout(Distractors: 1), null, cancellationToken).Score!;
    }

    /// <summary>Held-out text in full rows, so that every length reads the same.</summary>
    private LengthLoss LossAt(string checkpoint, PretrainingOptions run, int times, IProgress<string> progress)
    {
        int length = run.MaxLength * times;
        progress.Report($"rows of {length}");
        string longer = checkpoint + ".longer";
        try
        {
            bool hasTable = run.Model.PositionEmbeddingType == PositionEmbedding.Absolute;
            if (times > 1 && hasTable)
            {
                PositionExtension.Extend(checkpoint, longer, length);
            }

            using BiGSForMaskedLM model = Opened(times > 1 && hasTable ? longer : checkpoint);
            PretrainingRows rows = PretrainingRows.Open(HeldOutOnly(run) with { MaxLength = length, Packed = true }, checkpoint, new PretrainingObserver(), cancellationToken);
            return new LengthLoss(length, MaskedLmEvaluation.Score(model, Pretraining.HeldOut(rows, model.Config), cancellationToken).Loss);
        }
        finally
        {
            if (Directory.Exists(longer))
            {
                Directory.Delete(longer, recursive: true);
            }
        }
    }
}
