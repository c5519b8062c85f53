using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>What a fine-tuned model says to a task's examples.</summary>
/// <param name="Score">Of the examples of which it is known what is true; null where that is none.</param>
/// <param name="Examples">All that were answered.</param>
/// <param name="Answers">Logits of each sample, in order.</param>
/// <param name="Warnings">What was cut or left out.</param>
public sealed record TaskAnswers(Score? Score, LabelledExamples Examples, IReadOnlyList<float[]> Answers, IReadOnlyList<string> Warnings);

/// <summary>Scores a fine-tuned checkpoint on files of its task.</summary>
public static class TaskEvaluation
{
    /// <summary>Samples whose vectors are made at once: enough to find texts of similar length, few enough to show how far it is.</summary>
    private const int SamplesAtOnce = 256;

    /// <param name="task">The task's name.</param>
    /// <param name="kind">How its examples are read and scored.</param>
    /// <param name="opened">A checkpoint with the task's head; its labels are those of its config.json.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="paths">The files.</param>
    /// <param name="layout">Row length, pair style, distractors; as in training, or otherwise to see what becomes of it.</param>
    /// <param name="progress">Reports how far the run is.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InvalidDataException">The checkpoint has another head, or a file does not fit it: says where.</exception>
    public static TaskAnswers Score(
        string task, TaskKind kind, OpenedCheckpoint opened, BertTokenizer tokenizer, IReadOnlyList<string> paths, RowLayout layout,
        IProgress<FineTuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireHead(task, kind, opened.Model.Architecture, opened.NewlyInitialized.Count == 0, opened.Model.Config);

        // Hugging Face's default names, where a checkpoint names no classes.
        IReadOnlyList<string> labels = opened.File.Labels ?? [.. Enumerable.Range(0, opened.Model.Config.NumLabels).Select(i => $"LABEL_{i}")];
        var rows = RowBuilder.For(kind, tokenizer, opened.Model.Config, opened.Sentence, layout);
        LabelledExamples examples = kind.Read(paths, labels, rows).Subsample(layout.Limit);
        return Scored(task, examples, BatchedInference.Logits(opened.Model, examples.Samples, tokenizer.Vocabulary.PadId, progress, cancellationToken), rows.Warnings);
    }

    /// <summary>Scores the vectors of any model, or a classifier, whatever computes it.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="kind">One whose answers are vectors (<see cref="TaskTable.Embedding"/>), classes or values.</param>
    /// <param name="model">The model.</param>
    /// <param name="paths">The files.</param>
    /// <param name="layout">Row length and limit.</param>
    /// <param name="progress">Reports how far the run is.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">The kind's answers are others.</exception>
    /// <exception cref="InvalidDataException">The model has no such head, or a file does not fit: says where.</exception>
    public static TaskAnswers Score(
        string task, TaskKind kind, ModelPipelines model, IReadOnlyList<string> paths, RowLayout layout,
        IProgress<FineTuningProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!IsAnsweredByPipelines(kind))
        {
            throw new ArgumentException($"{task} is answered by a {kind.Architecture}, and not by vectors or classes; open the checkpoint with CheckpointFolder.Open", nameof(kind));
        }

        Func<IReadOnlyList<TokenRow>, CancellationToken, IReadOnlyList<float[]>> answer = model.Embedder.EmbedRows;
        if (kind.Architecture == ModelHeads.SequenceClassification)
        {
            RequireHead(task, kind, model.Architecture, model.Classifier is not null, model.Config);
            answer = model.Classifier!.Logits;
        }

        var rows = RowBuilder.For(kind, model.Tokenizer, model.Config, model.Embedder.Sentence, layout);
        LabelledExamples examples = kind.Read(paths, model.Labels, rows).Subsample(layout.Limit);
        var answers = new List<float[]>(examples.Count);
        foreach (Sample[] samples in examples.Samples.Chunk(SamplesAtOnce))
        {
            var read = new Queue<float[]>(answer([.. samples.SelectMany(sample => sample.Rows)], cancellationToken));
            answers.AddRange(samples.Select(sample => (float[])[.. sample.Rows.SelectMany(_ => read.Dequeue())]));
            progress?.Report(new FineTuningProgress("validating", answers.Count, examples.Count));
        }

        return Scored(task, examples, answers, rows.Warnings);
    }

    /// <summary>Whether <see cref="ModelPipelines"/> answer a kind; the others are answered by checkpoints of libtorch.</summary>
    internal static bool IsAnsweredByPipelines(TaskKind kind) => kind.Architecture is ModelHeads.Embedding or ModelHeads.SequenceClassification;

    /// <exception cref="InvalidDataException">The model has another head, or one that is not trained, or gives answers of another kind.</exception>
    private static void RequireHead(string task, TaskKind kind, string architecture, bool isTrained, BiGSConfig config)
    {
        if (architecture != kind.Architecture || !isTrained)
        {
            throw new InvalidDataException($"the checkpoint is a {architecture}{(isTrained ? "" : " whose head is not trained")}, but {task} is answered by a trained {kind.Architecture}; fine-tune it first (FineTuningRequest.Task = {task})");
        }

        if (!kind.Accepts(config))
        {
            throw new InvalidDataException($"the checkpoint gives {(config.NumLabels == 1 ? "one value" : $"{config.NumLabels} classes")}, which is no answer to {task}; evaluate it on the task that it was fine-tuned for");
        }
    }

    private static TaskAnswers Scored(string task, LabelledExamples examples, IReadOnlyList<float[]> answers, IReadOnlyList<string> warnings)
    {
        int[] known = [.. Enumerable.Range(0, examples.Count).Where(examples.IsLabelled)];
        if (known.Length == examples.Count)
        {
            return new TaskAnswers(examples.Score(task, answers), examples, answers, warnings);
        }

        if (known.Length == 0)
        {
            return new TaskAnswers(null, examples, answers, warnings);
        }

        var unlabelled = new UnlabelledExamples();
        LabelledExamples scored = unlabelled.LeaveOut(examples);
        Score score = scored.Score(task, [.. known.Select(i => answers[i])]) with { Skipped = unlabelled.Counted };
        return new TaskAnswers(score, examples, answers, [.. unlabelled.Warnings, .. warnings]);
    }
}

/// <summary>How texts become rows, where the model leaves a choice, and how many do.</summary>
/// <param name="MaxLength">Tokens of a row; null for the model's positions, at most 512.</param>
/// <param name="PairStyle">How two texts are joined: as in training.</param>
/// <param name="Distractors">Unrelated texts between the two of a pair.</param>
/// <param name="Limit">So many examples, drawn at random, each class in its share; null for all.</param>
public sealed record RowLayout(int? MaxLength = null, PairStyle PairStyle = PairStyle.Sep, int Distractors = 0, int? Limit = null);
