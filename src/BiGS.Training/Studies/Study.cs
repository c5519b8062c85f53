using BiGS.Files;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Studies;

/// <summary>How far a study is.</summary>
/// <param name="Model">The contestant at work.</param>
/// <param name="Seed">Of its run.</param>
/// <param name="Activity">In a few words.</param>
/// <param name="Fraction">Of the whole study.</param>
internal sealed record StudyProgress(string Model, int Seed, string Activity, double Fraction);

/// <summary>
/// The paper's comparison: the contestants are pretrained on the same text, in the same order, under the same masks, each with every seed; three checkpoints of
/// each run are kept and measured. What is done stays in the folder, so that an interrupted study goes on where it was, and a run that
/// was cut short goes on exactly (see <see cref="RunFolder"/>).
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="folder">Where runs, figures and results go.</param>
internal sealed class Study(StudyOptions options, string folder)
{
    private const string FiguresName = "figures.json";

    /// <summary>Of a cell of the study, what training takes; the rest is measuring.</summary>
    private const double TrainingShare = 0.6;

    private const int KernelReach = 32;

    /// <summary>Does what is left to do.</summary>
    /// <param name="progress">Reports how far the study is.</param>
    /// <param name="cancellationToken">Saves and leaves.</param>
    /// <returns>The results, also written; null where it was cancelled.</returns>
    /// <exception cref="InvalidOperationException">The folder holds another study.</exception>
    public StudyResults? Run(IProgress<StudyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        RefuseOtherStudy();
        IReadOnlyList<StudyTask> tasks = options.IsGrammar ? GrammarTasks.Write(Path.Combine(folder, "tasks"), options.TaskExamples) : options.Tasks;
        var measurement = new CheckpointMeasurement(options, tasks, cancellationToken);
        (int Seed, StudyModel Contestant)[] cells = [.. options.Seeds.SelectMany(seed => options.Contestants.Select(contestant => (seed, contestant)))];
        for (int cell = 0; cell < cells.Length; cell++)
        {
            (int seed, StudyModel contestant) = cells[cell];
            int number = cell;
            void Tell(string doing, double share) => progress?.Report(new StudyProgress(contestant.Name, seed, doing, (number + share) / cells.Length));
            try
            {
                if (!Pretrain(contestant, seed, Tell, cancellationToken))
                {
                    return null;
                }

                Measure(measurement, contestant, seed, Tell);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        progress?.Report(new StudyProgress("", options.Seeds[0], "measuring time", 1));
        var results = new StudyResults(
            options,
            [.. options.Contestants.Select(contestant => Figures(contestant, cancellationToken))],
            [.. options.Contestants.SelectMany(contestant => options.Seeds.SelectMany(seed => options.Milestones.Select(step =>
                OptionsFile.Read<CheckpointFigures>(FiguresOf(contestant, seed, step), "the figures of a checkpoint"))))]);
        results.Write(folder);
        return results;
    }

    private string RunOf(StudyModel contestant, int seed) => Path.Combine(folder, "runs", $"{contestant.Key}-seed-{seed}");

    /// <summary>Where the figures of a checkpoint are; it is measured when they are there.</summary>
    private string FiguresOf(StudyModel contestant, int seed, long step) => Path.Combine(RunFolder.Milestone(RunOf(contestant, seed), step), FiguresName);

    /// <summary>A folder that holds another study is not touched.</summary>
    private void RefuseOtherStudy()
    {
        string path = Path.Combine(folder, StudyOptions.FileName);
        if (File.Exists(path) && OptionsFile.FirstDifference(StudyOptions.Read(path).ToJson(), options.ToJson()) is var (before, now))
        {
            throw new InvalidOperationException(
                $"{folder} holds a study with {before}, and {now} is given now; go on with the options that it was begun with, or choose another folder.");
        }
    }

    /// <summary>Writes down what this study is.</summary>
    private void WriteOptions()
    {
        string path = Path.Combine(folder, StudyOptions.FileName);
        if (!File.Exists(path))
        {
            AtomicFile.WriteText(path, options.ToJson() + "\n");
        }
    }

    /// <summary>Text, recipe and seed are the same for every contestant; only the model differs.</summary>
    private PretrainingOptions RunOptions(StudyModel contestant, int seed)
    {
        // The first run learns the vocabulary for all.
        string first = RunOf(options.Contestants[0], options.Seeds[0]);
        bool isFirst = contestant == options.Contestants[0] && seed == options.Seeds[0];
        return options.Pretraining with
        {
            Model = contestant.Model,
            Tokenizer = options.Pretraining.Tokenizer ?? (isFirst ? null : first),
            Masking = options.Pretraining.Masking with { Seed = (ulong)seed },
            Training = options.Pretraining.Training with { Seed = seed, Milestones = options.Milestones, EvalEvery = options.Pretraining.Training.Steps },
        };
    }

    /// <returns>False where it was cancelled.</returns>
    private bool Pretrain(StudyModel contestant, int seed, Action<string, double> tell, CancellationToken cancellationToken)
    {
        if (options.Milestones.All(step => File.Exists(FiguresOf(contestant, seed, step))))
        {
            return true;
        }

        tell("opening the text", 0);
        var observer = new PretrainingObserver
        {
            Plan = new Heard<PretrainingPlan>(_ => WriteOptions()), // not before: text that does not open must not decide what the folder is for
            Steps = new Heard<TrainingProgress>(step => tell($"pretraining, step {step.Step:N0} of {step.Steps:N0}", TrainingShare * step.Step / step.Steps)),
        };
        return Pretraining.Train(RunOptions(contestant, seed), RunOf(contestant, seed), observer, cancellationToken).IsFinished;
    }

    private void Measure(CheckpointMeasurement measurement, StudyModel contestant, int seed, Action<string, double> tell)
    {
        string run = RunOf(contestant, seed);
        LogRow[] log = [.. RunLog.Read(Path.Combine(run, RunLog.FileName)).Where(row => row.EvalLoss is not null)];
        for (int i = 0; i < options.Milestones.Count; i++)
        {
            long step = options.Milestones[i];
            string stored = FiguresOf(contestant, seed, step);
            if (File.Exists(stored))
            {
                continue;
            }

            double share = TrainingShare + ((1 - TrainingShare) * i / options.Milestones.Count);
            LogRow row = log.Single(row => row.Step == step);
            string checkpoint = RunFolder.Milestone(run, step);
            CheckpointFigures figures = measurement.Of(
                checkpoint,
                new CheckpointFigures(contestant.Key, seed, step, row.Tokens, row.EvalLoss!.Value, row.EvalAccuracy!.Value),
                PretrainingOptions.Read(run), step == options.Milestones[^1],
                new Heard<string>(doing => tell($"step {step:N0}: {doing}", share)));
            AtomicFile.WriteText(stored, OptionsFile.ToJson(figures));
        }
    }

    private ModelFigures Figures(StudyModel contestant, CancellationToken cancellationToken)
    {
        string checkpoint = RunFolder.Milestone(RunOf(contestant, options.Seeds[0]), options.Milestones[^1]);
        using HeadedModel trained = CheckpointFolder.Open(checkpoint).Model;
        long ofLayers = trained.Bigs.Layers.SelectMany(layer => layer.parameters()).Sum(parameter => parameter.numel());

        // Time depends on the shape alone, and a fresh model has as many positions as are asked for.
        using var fresh = new BiGSForMaskedLM(trained.Config with { MaxPositionEmbeddings = options.Lengths.Max() }, SsmRoutes.Auto);
        fresh.ComputeIn(options.Pretraining.Training.Precision);
        fresh.Freeze();
        return new ModelFigures(
            contestant.Key, contestant.Name, trained.parameters().Sum(parameter => parameter.numel()), ofLayers,
            [.. options.Lengths.Select(length => RowCost.Measure(fresh, length, SsmRoutes.Auto, cancellationToken))],
            KernelShapes.Compute(trained, KernelReach + 1));
    }

    /// <summary>Reports at once, on the thread that works.</summary>
    private sealed class Heard<T>(Action<T> hear) : IProgress<T>
    {
        public void Report(T value) => hear(value);
    }
}
