using System.Diagnostics;
using BiGS.Configuration;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Data;
using BiGS.Training.Distributed;
using BiGS.Training.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training;

/// <summary>What a run ended with.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="IsFinished">False where it was cancelled.</param>
/// <param name="HeldOut">The score of the best checkpoint.</param>
/// <param name="Baseline">What counting alone reaches on the same held-out tokens.</param>
/// <param name="Agreement">On the built-in grammar: the right number at held-out verbs.</param>
/// <param name="Samples">Held-out sentences with one word hidden, to look at.</param>
/// <param name="WasComplete">The run had been finished before.</param>
/// <param name="Elapsed">How long this call trained and evaluated.</param>
/// <param name="WaitTime">How long of it it waited for data.</param>
/// <param name="Communication">How long of it it waited for other ranks, and what they are; null where there were none.</param>
public sealed record PretrainingResult(
    TrainerState State,
    bool IsFinished,
    HeldOutScore? HeldOut,
    NeighbourBaselineScore? Baseline,
    IReadOnlyList<AgreementScore> Agreement,
    IReadOnlyList<string> Samples,
    bool WasComplete,
    TimeSpan Elapsed,
    TimeSpan WaitTime,
    Communication? Communication = null);

/// <summary>What it cost to train on several ranks.</summary>
/// <param name="Description">In words.</param>
/// <param name="WaitTime">How long of the training this rank waited for messages: what they cost.</param>
/// <param name="BusyTime">How long messages were on their way, most of it while gradients were computed.</param>
public sealed record Communication(string Description, TimeSpan WaitTime, TimeSpan BusyTime);

/// <summary>Masked language modelling from text to a checkpoint: opens the text, builds or opens the model, trains, and scores what came out.</summary>
public static class Pretraining
{
    /// <summary>Positions of a held-out batch: as many rows as fit, so that long rows do not need more memory than training.</summary>
    private const int EvaluationTokens = 8_192;

    /// <summary>Runs to the end, or to where it is cancelled; goes on where the folder holds a checkpoint of the run.</summary>
    /// <param name="options">All that the run is; written into the folder.</param>
    /// <param name="folder">OUT.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Saves and leaves.</param>
    /// <param name="ranks">
    /// Who trains with this process, all with the same options; null for nobody. They part when the training is done, and rank 0 alone has the scores; of a cancelled run they are still together.
    /// </param>
    /// <param name="replace">Removes the run that is in the folder, once there is a model to train and text to train it on.</param>
    public static PretrainingResult Run(
        PretrainingOptions options, string folder, PretrainingObserver observer, CancellationToken cancellationToken, ICommunicator? ranks = null, bool replace = false)
    {
        ranks ??= new SingleProcess();
        (options, PretrainingRows rows) = Opened(options, replace ? null : folder, observer, cancellationToken, ranks);
        PretrainingResult result = Trained(options, folder, replace, rows, observer, cancellationToken, ranks);
        if (!result.IsFinished)
        {
            return result;
        }

        ranks.Complete();
        return ranks.Rank == 0 ? Scored(result, folder, options, rows) : result;
    }

    /// <summary>The same without the scores at the end, for whoever measures the checkpoints otherwise.</summary>
    public static PretrainingResult Train(PretrainingOptions options, string folder, PretrainingObserver observer, CancellationToken cancellationToken)
    {
        var alone = new SingleProcess();
        (options, PretrainingRows rows) = Opened(options, folder, observer, cancellationToken, alone);
        return Trained(options, folder, replace: false, rows, observer, cancellationToken, alone);
    }

    /// <param name="options">What is asked for.</param>
    /// <param name="earlier">The folder of a run that may have learned its vocabulary already; null where there is none.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="ranks">All of them.</param>
    private static (PretrainingOptions Options, PretrainingRows Rows) Opened(
        PretrainingOptions options, string? earlier, PretrainingObserver observer, CancellationToken cancellationToken, ICommunicator ranks)
    {
        options = Decided(options);
        PretrainingRows? rows = null;
        if (ranks.Rank == 0)
        {
            bool learned = earlier is not null && File.Exists(Path.Combine(earlier, "vocab.txt"));
            rows = PretrainingRows.Open(options, learned ? earlier : options.Tokenizer ?? options.Init, observer, cancellationToken);
        }

        if (ranks.WorldSize > 1)
        {
            // What rank 0 has learned and laid into the cache, the others find there.
            using var tokenizer = new BroadcastTokenizer(ranks, rows?.Tokenizer);
            rows ??= PretrainingRows.Open(options, tokenizer.Folder, observer, cancellationToken);
        }

        return (options with { MaxLength = rows!.Train.MaxLength }, rows);
    }

    /// <summary>Trains, and lets model and moments go before anything else needs their memory.</summary>
    private static PretrainingResult Trained(
        PretrainingOptions options, string folder, bool replace, PretrainingRows rows, PretrainingObserver observer, CancellationToken cancellationToken, ICommunicator ranks)
    {
        int vocabulary = rows.Tokenizer.VocabularySize;
        var device = new Device(options.Device == "cuda" ? $"cuda:{ranks.SelectGpu(cuda.device_count())}" : options.Device);
        using BiGSForMaskedLM model = Model(options, vocabulary);
        model.to(device);

        using Teacher? teacher = options.Teacher is { } path
            ? Teacher.Open(path, rows.Tokenizer, options.MaxLength, device, options.Training.Precision)
            : null;

        // Only now is there something to go on with: text or a model that does not open leaves no folder behind.
        using IDisposable? held = ranks.Rank == 0 ? RunFolder.Lock(folder) : null;
        if (held is not null)
        {
            if (replace)
            {
                RunFolder.Clear(folder);
            }

            options.Write(folder);
            rows.Tokenizer.Save(folder, model.Config.LengthLimit());
        }

        var source = new BatchSource(
            rows.Train, options.BatchSize, rows.Tokenizer.Vocabulary.PadId, options.Masking.Seed, PadTo(model.Config), rows.Order,
            (ranks.Rank, ranks.WorldSize), options.Training.Steps * options.Training.Accumulate);
        var runFolder = new RunFolder(folder, place => rows.Tokenizer.Save(place, model.Config.LengthLimit()), options.Training.Keep);
        var objective = new MaskedLmObjective(model, () => HeldOut(rows, model.Config), teacher);
        using var trainer = new Trainer<MaskedBatch>(objective, options.Training, runFolder, ranks);
        observer.Plan?.Report(new PretrainingPlan(
            options, model.parameters().Sum(p => p.numel()), vocabulary, rows.Train.Count, rows.HeldOut.Count, trainer.State.Step, options.Device,
            ranks.WorldSize > 1 ? ranks.Description : null, [.. runFolder.Warnings, .. ranks.Rank == 0 ? rows.Coverage().Warnings : []]));

        bool nothingLeft = trainer.State.Step >= options.Training.Steps;
        (TimeSpan waited, TimeSpan busy) = (ranks.WaitTime, ranks.BusyTime); // until here they waited for rank 0 to read the text, which is no part of the training
        long start = Stopwatch.GetTimestamp();
        using var loader = new PrefetchingLoader<MaskedBatch>(source.At, trainer.State.Step * options.Training.Accumulate);
        TrainerState state = trainer.Run(loader.Next, observer.Steps, cancellationToken);
        bool finished = state.Step >= options.Training.Steps && state.EvaluatedStep == state.Step;
        return new PretrainingResult(
            state, finished, null, null, [], [], nothingLeft, Stopwatch.GetElapsedTime(start), loader.WaitTime,
            ranks.WorldSize > 1 ? new Communication(ranks.Description, ranks.WaitTime - waited, ranks.BusyTime - busy) : null);
    }

    private static PadTo PadTo(BiGSConfig config) => config.PaddingAffectsOutput() ? BiGS.Training.Data.PadTo.MaxLength : BiGS.Training.Data.PadTo.Longest;

    internal static IEnumerable<MaskedBatch> HeldOut(PretrainingRows rows, BiGSConfig config) => BatchSource.InOrder(
        rows.HeldOut, Math.Max(1, EvaluationTokens / rows.HeldOut.MaxLength), rows.Tokenizer.Vocabulary.PadId, PadTo(config));

    /// <summary>Scores the best checkpoint, as it was written.</summary>
    private static PretrainingResult Scored(
        PretrainingResult result, string folder, PretrainingOptions options, PretrainingRows rows)
    {
        var open = new TorchOptions { Route = SsmRoutes.Get(options.Route), Device = new Device(options.Device), Precision = options.Training.Precision };
        using var best = (BiGSForMaskedLM)CheckpointFolder.Open(folder, open).Model;
        best.Freeze();
        return result with
        {
            HeldOut = MaskedLmEvaluation.Score(best, HeldOut(rows, best.Config)),
            Baseline = new NeighbourBaseline(rows.Texts).Score(rows.HeldOut),
            Agreement = rows.Grammar is { } grammar ? GrammarAgreement.Score(best, rows.Tokenizer, grammar) : [],
            Samples = rows.Samples,
        };
    }

    /// <summary>Replaces what was left to the program, so that a resumed run does not decide anew.</summary>
    private static PretrainingOptions Decided(PretrainingOptions options) => options with
    {
        Device = TorchDevice.Resolve(options.Device),
        Corpus = [.. options.Corpus.Select(Path.GetFullPath)],
        Validation = [.. options.Validation.Select(Path.GetFullPath)],
    };

    private static BiGSForMaskedLM Model(PretrainingOptions options, int vocabulary)
    {
        ISsmRoute route = SsmRoutes.Get(options.Route);
        if (options.Init is { } init)
        {
            var opened = (BiGSForMaskedLM)CheckpointFolder.Open(init, new TorchOptions { Route = route, Architecture = ModelHeads.MaskedLM }).Model;
            if (opened.Config.VocabSize != vocabulary)
            {
                throw new InvalidDataException($"{init}: the model knows {opened.Config.VocabSize} words, but its tokenizer has {vocabulary}; both must come from the same checkpoint.");
            }

            return opened.Config.PositionEmbeddingType == PositionEmbedding.None || options.MaxLength <= opened.Config.MaxPositionEmbeddings
                ? opened
                : throw new ArgumentException(
                    $"{init}: rows of {options.MaxLength} tokens are asked for, but the model has {opened.Config.MaxPositionEmbeddings} positions; lower PretrainingOptions.MaxLength.");
        }

        var model = new BiGSForMaskedLM(options.Model with { VocabSize = vocabulary, MaxPositionEmbeddings = options.MaxLength }, route);
        model.Initialize(options.Training.Seed);
        return model;
    }
}
