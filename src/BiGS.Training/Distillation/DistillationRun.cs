using System.Diagnostics;
using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Data;
using BiGS.Training.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training.Distillation;

/// <summary>What a distillation ended with.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="IsFinished">False where it was cancelled.</param>
/// <param name="HeldOut">The best checkpoint's score on the texts kept aside: 1 − cos to the teacher's vectors.</param>
/// <param name="WasComplete">The run had been finished before.</param>
/// <param name="Elapsed">How long this call trained and evaluated.</param>
public sealed record DistillationResult(TrainerState State, bool IsFinished, double? HeldOut, bool WasComplete, TimeSpan Elapsed);

/// <summary>A distillation as it is about to start.</summary>
/// <param name="Options">With everything decided that was left to the program.</param>
/// <param name="Parameters">Of the student.</param>
/// <param name="TrainTexts">Texts of an epoch.</param>
/// <param name="HeldOutTexts">Texts that are only scored.</param>
/// <param name="Dimensions">Numbers of a vector.</param>
/// <param name="StartStep">Steps that were done before.</param>
/// <param name="Warnings">Checkpoints that were damaged and passed over.</param>
public sealed record DistillationPlan(
    DistillationOptions Options, long Parameters, int TrainTexts, int HeldOutTexts, int Dimensions, long StartStep, IReadOnlyList<string> Warnings);

/// <summary>Receives the progress of a distillation. Every part may be left out.</summary>
public sealed record DistillationObserver
{
    /// <summary>Before the training: texts, the teacher's vectors.</summary>
    public IProgress<PretrainingPhase>? Phases { get; init; }

    /// <summary>After every step of the word vectors' training.</summary>
    public IProgress<TrainingProgress>? WordSteps { get; init; }

    /// <summary>Once, when the student stands.</summary>
    public IProgress<DistillationPlan>? Plan { get; init; }

    /// <summary>After every step of the training with layers.</summary>
    public IProgress<TrainingProgress>? Steps { get; init; }
}

/// <summary>
/// An embedding model without attention from any that embeds: the student learns to say of a text what the teacher says. Texts need no labels, and a
/// vector costs the teacher one forward pass (the recipe of LEAF, Vujanic and Rueckstiess 2025, and others: mean pooling, a dense layer to the teacher's
/// width, a distance between vectors).
/// </summary>
public static class DistillationRun
{
    /// <summary>Word vectors are cheap, and learn in large batches at a high rate.</summary>
    private const int WordBatchFactor = 8;
    private const double WordLearningRate = 2e-3;

    /// <summary>Runs to the end, or to where it is cancelled; goes on where the folder holds a checkpoint of the run.</summary>
    /// <param name="options">All that the run is; written into the folder.</param>
    /// <param name="folder">OUT: the best checkpoint, a folder that every pipeline opens.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Saves and leaves.</param>
    /// <param name="ranks">Who trains with this process, all with the same options; null for nobody.</param>
    /// <param name="replace">Removes the run that is in the folder, once there are texts and a teacher.</param>
    /// <exception cref="InvalidDataException">Texts, teacher or student cannot be read, or do not fit each other.</exception>
    public static DistillationResult Run(
        DistillationOptions options, string folder, DistillationObserver? observer = null, CancellationToken cancellationToken = default, ICommunicator? ranks = null, bool replace = false)
    {
        ranks ??= new SingleProcess();
        observer ??= new DistillationObserver();
        options = options with { Device = TorchDevice.Resolve(options.Device), Corpus = [.. options.Corpus.Select(Path.GetFullPath)], Exclude = [.. options.Exclude.Select(Path.GetFullPath)] };
        var tokenizer = BertTokenizer.Open(options.Init ?? options.Tokenizer ?? options.Teacher);
        (TaughtTexts texts, TeacherVectors? words, int dimensions) = Teach(options, tokenizer, observer, ranks, cancellationToken);

        var device = new Device(options.Device == "cuda" ? $"cuda:{ranks.SelectGpu(cuda.device_count())}" : options.Device);
        using StudentModel student = Student(options, tokenizer, words, dimensions);
        student.to(device);
        using IDisposable? held = ranks.Rank == 0 ? RunFolder.Lock(folder) : null;
        void AddTokenizer(string place) => tokenizer.Save(place, student.Config.LengthLimit());
        if (held is not null)
        {
            if (replace)
            {
                RunFolder.Clear(folder);
            }

            options.Write(folder);
        }

        var runFolder = new RunFolder(folder, AddTokenizer, options.Training.Keep, (model, place) => ((StudentModel)model).Export(place));
        using var loss = new DistillationLoss(options.Loss, device);
        long start = Stopwatch.GetTimestamp();
        if (words is not null && runFolder.Newest is null && !TrainWords(options, folder, texts, student, AddTokenizer, loss, observer, ranks, cancellationToken))
        {
            return new DistillationResult(new TrainerState(), false, null, false, Stopwatch.GetElapsedTime(start));
        }

        var objective = new DistillationObjective(student, loss, student.Vectors, texts.HeldOut);
        using var trainer = new Trainer<TaughtBatch>(objective, options.Training, runFolder, ranks);
        bool wasComplete = trainer.State.Step >= options.Training.Steps;
        observer.Plan?.Report(new DistillationPlan(
            options, student.parameters().Sum(parameter => parameter.numel()), texts.TrainCount, texts.HeldOutCount, dimensions, trainer.State.Step, runFolder.Warnings));
        using var loader = new PrefetchingLoader<TaughtBatch>(
            texts.Batches(options.BatchSize, options.Training.Seed, ranks.Rank, ranks.WorldSize), trainer.State.Step * options.Training.Accumulate);
        TrainerState state = trainer.Run(loader.Next, observer.Steps, cancellationToken);
        return new DistillationResult(
            state, state.Step >= options.Training.Steps && state.EvaluatedStep == state.Step, state.BestLoss, wasComplete, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Draws the texts, and asks the teacher what is not in the cache; rank 0 first, the others then find it there.</summary>
    private static (TaughtTexts Texts, TeacherVectors? Words, int Dimensions) Teach(
        DistillationOptions options, BertTokenizer tokenizer, DistillationObserver observer, ICommunicator ranks, CancellationToken cancellationToken)
    {
        if (ranks.Rank > 0)
        {
            ranks.AllReduceScalars(0);
        }

        observer.Phases?.Report(new PretrainingPhase("drawing texts", null));
        IReadOnlyList<string> drawn = DistillationTexts.Draw(options, cancellationToken);
        using var teacher = new VectorTeacher(options.Teacher, options.TeacherPrompt, options.TeacherPrecision);
        TeacherVectors Ask(IReadOnlyList<string> texts, string activity) => teacher.Ask(texts, new PhaseProgress(observer.Phases, activity), cancellationToken);
        TeacherVectors vectors = Ask(drawn, "the teacher reads");
        TeacherVectors? words = options.Init is null && options.WordEpochs > 0 ? Ask(StartingVectors.Words(tokenizer.Vocabulary), "the teacher reads the vocabulary") : null;
        if (ranks.Rank == 0 && ranks.WorldSize > 1)
        {
            ranks.AllReduceScalars(0);
        }

        return (new TaughtTexts(drawn, vectors, tokenizer, options.MaxLength), words, vectors.Dimensions);
    }

    private static StudentModel Student(DistillationOptions options, BertTokenizer tokenizer, TeacherVectors? words, int dimensions)
    {
        ISsmRoute route = SsmRoutes.Get(options.Route);
        if (options.Init is { } init)
        {
            using HeadedModel opened = CheckpointFolder.Open(init, new TorchOptions { Route = route, Architecture = ModelHeads.Embedding }).Model;
            var tuned = new StudentModel(opened.Config, route, dimensions);
            tuned.Initialize(options.Training.Seed);
            tuned.CopyEncoder(opened);
            return tuned;
        }

        var shape = options.Model with { VocabSize = tokenizer.Vocabulary.Tokens.Count };
        var student = new StudentModel(
            shape.PositionEmbeddingType == PositionEmbedding.None ? shape : shape with { MaxPositionEmbeddings = options.MaxLength }, route, dimensions);
        student.Initialize(options.Training.Seed);
        if (words is not null)
        {
            StartingVectors.Apply(student, tokenizer.Vocabulary, words);
            foreach (Block block in student.Bigs.Layers)
            {
                block.StartAtIdentity();
            }
        }

        return student;
    }

    /// <summary>Trains the word vectors alone: a run of its own, in a folder inside the run's. False where it was cancelled.</summary>
    private static bool TrainWords(
        DistillationOptions options, string folder, TaughtTexts texts, StudentModel student, Action<string> addTokenizer, DistillationLoss loss, DistillationObserver observer,
        ICommunicator ranks, CancellationToken cancellationToken)
    {
        int batchSize = options.BatchSize * WordBatchFactor;
        long steps = Math.Max(1, (long)options.WordEpochs * texts.TrainCount / batchSize);
        TrainingOptions recipe = options.Training with
        {
            Steps = steps,
            Accumulate = 1,
            LearningRate = WordLearningRate,
            EmbeddingLearningRateFactor = 1,
            Schedule = ScheduleShape.Linear,
            WarmupSteps = Math.Min(steps / 10, 50),
            EvalEvery = Math.Max(1, texts.TrainCount / batchSize),
            SaveEvery = Math.Max(1, texts.TrainCount / batchSize),
            Milestones = [],
            Keep = 1,
        };
        var objective = new DistillationObjective(student, loss, student.WordVectors, texts.HeldOut);
        using var trainer = new Trainer<TaughtBatch>(
            objective, recipe, new RunFolder(Path.Combine(folder, RunFolder.WordsName), addTokenizer, recipe.Keep, (model, place) => ((StudentModel)model).Export(place)), ranks);
        using var loader = new PrefetchingLoader<TaughtBatch>(
            texts.Batches(batchSize, options.Training.Seed, ranks.Rank, ranks.WorldSize), trainer.State.Step);
        return trainer.Run(loader.Next, observer.WordSteps, cancellationToken).Step >= steps;
    }

    /// <summary>Turns a share into a phase, on the thread that works.</summary>
    private sealed class PhaseProgress(IProgress<PretrainingPhase>? phases, string activity) : IProgress<double>
    {
        public void Report(double value) => phases?.Report(new PretrainingPhase(activity, value));
    }
}
