using System.Globalization;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;

namespace BiGS.Training.Tests.Training;

/// <summary>
/// Many steps beside a thread that does nothing but allocate, so that the collector runs all the time: a tensor or scalar that nobody holds
/// would be freed while libtorch reads it, and one that nobody frees would show as memory that grows.
/// </summary>
[Collection(TorchGlobals.Name)]
public class EnduranceTests
{
    private const long MostGrowth = 24L << 20;

    private static readonly int Steps = Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 10_000 : 240;

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void ALongRunNeitherCrashesNorGrows(Precision precision)
    {
        using var folder = new TemporaryFolder();
        using var end = new CancellationTokenSource();
        var allocating = new Thread(() => Allocate(end.Token)) { IsBackground = true };
        allocating.Start();
        var run = new TinyRun
        {
            Config = Presets.Get("tiny") with { VocabSize = 40, MaxPositionEmbeddings = 24, HiddenDropoutProb = 0.1 },
            Options = new TrainingOptions
            {
                Steps = Steps,
                LearningRate = 1e-4,
                WarmupSteps = 10,
                ClipNorm = 1,
                Precision = precision,
                LogEvery = Steps,
                EvalEvery = Steps,
                SaveEvery = Steps,
            },
        };
        long warm = 0;
        TrainerState state = run.Train(folder.Path, told: progress =>
        {
            if (progress.Step == Steps / 2)
            {
                warm = Resident();
            }
        });
        end.Cancel();
        allocating.Join();
        Assert.Equal(Steps, state.Step);
        long grown = Resident() - warm;
        Assert.True(grown < MostGrowth, $"{Steps / 2} steps after the warm-up left {grown / 1e6:f1} MB more");
    }

    private static void Allocate(CancellationToken end)
    {
        object? last = null;
        while (!end.IsCancellationRequested)
        {
            last = new byte[Random.Shared.Next(64, 4_096)];
        }

        GC.KeepAlive(last);
    }

    private static long Resident()
    {
        GC.Collect();
        const string Field = "VmRSS:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
