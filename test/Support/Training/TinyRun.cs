using System.Text.RegularExpressions;
using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training;
using BiGS.Training.Data;
using BiGS.Training.Distributed;

namespace BiGS.Support;

/// <summary>A run small enough to be made many times: sequences that count, of which a third of a second's training learns something.</summary>
internal sealed class TinyRun
{
    private const int FirstWord = 5;

    private static readonly SpecialTokens Special = new(Pad: 0, Unknown: 1, Classification: 2, Separator: 3, Mask: 4);

    private readonly IMaskedRows _rows = Rows(documents: 60, seed: 1);
    private readonly IMaskedRows _heldOut = Rows(documents: 12, seed: 2);

    public TrainingOptions Options { get; init; } = new()
    {
        Steps = 12,
        Accumulate = 2,
        LearningRate = 3e-3,
        WarmupSteps = 3,
        ClipNorm = 1,
        LogEvery = 3,
        EvalEvery = 4,
        SaveEvery = 5,
    };

    /// <summary>Every kind of dropout is on, so that a resumed run has to draw it again.</summary>
    public BiGSConfig Config { get; init; } = SmallModels.Config() with
    {
        HiddenDropoutProb = 0.1,
        BlockDropoutProb = 0.1,
        AttentionProbsDropoutProb = 0.1,
    };

    public int BatchSize { get; init; } = 4;

    public PadTo PadTo { get; init; } = PadTo.Longest;

    public ulong DataSeed { get; init; } = 7;

    public BiGSForMaskedLM NewModel(long seed)
    {
        var model = new BiGSForMaskedLM(Config, SsmRoutes.Auto);
        model.Initialize(seed);
        return model;
    }

    public MaskedBatch BatchAt(long number) => PartAt(number, new SingleProcess());

    /// <summary>A rank's rows of the batch.</summary>
    public MaskedBatch PartAt(long number, ICommunicator ranks) =>
        new BatchSource(_rows, BatchSize, Special.Pad, DataSeed, PadTo, part: (ranks.Rank, ranks.WorldSize)).At(number);

    public IEnumerable<MaskedBatch> HeldOut() => BatchSource.InOrder(_heldOut, 5, Special.Pad);

    /// <summary>Makes or goes on with the run of a folder.</summary>
    public TrainerState Train(
        string folder, BiGSForMaskedLM? model = null, Func<long, MaskedBatch>? batchAt = null, Func<IEnumerable<MaskedBatch>>? heldOut = null,
        Action<TrainingProgress>? told = null, CancellationTokenSource? cancellationToken = null, ICommunicator? ranks = null)
    {
        var runFolder = new RunFolder(folder, _ => { });
        // A resumed run's weights come from the checkpoint; those it starts with must not matter.
        using BiGSForMaskedLM trained = model ?? NewModel(seed: runFolder.Newest is null ? 3 : 99);
        ICommunicator together = ranks ?? new SingleProcess();
        using var trainer = new Trainer<MaskedBatch>(new MaskedLmObjective(trained, heldOut ?? HeldOut), Options, runFolder, together);
        return trainer.Run(batchAt ?? (number => PartAt(number, together)), new Immediately(told ?? (_ => { })), cancellationToken?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>The log without its times.</summary>
    public static string[] Log(string folder) =>
        [.. File.ReadAllLines(Path.Combine(folder, RunLog.FileName)).Select(line => Regex.Replace(line, ",\"(tokens_per_second|communication_share)\":[^,}]+", ""))];

    /// <summary>All that a run leaves and that tells neither the time nor where it was interrupted, as bytes.</summary>
    public static Dictionary<string, byte[]> Files(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Where(file => file != RunLog.FileName && !file.StartsWith("tensorboard", StringComparison.Ordinal) && !file.StartsWith("last-", StringComparison.Ordinal))
            .ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(folder, file)));

    private static DynamicMasks Rows(int documents, int seed)
    {
        var random = new Random(seed);
        int[][] ids = [.. Enumerable.Range(0, documents).Select(_ =>
        {
            (int start, int length) = (random.Next(35), random.Next(6, 30));
            return Enumerable.Range(0, length).Select(i => FirstWord + ((start + i) % 35)).ToArray();
        })];
        return new DynamicMasks(
            new DocumentRows(new DocumentsInMemory(ids), Special, 24), new MlmMasker(new MlmMaskingOptions(), Special, vocabularySize: 40));
    }

    private sealed class Immediately(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
