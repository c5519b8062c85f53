using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Data;
using BiGS.Training.Evaluation;
using CsCheck;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Training;

/// <summary>Dropout draws from libtorch's one generator, so these tests run by themselves.</summary>
[Collection(TorchGlobals.Name)]
public sealed class TrainerTests : IDisposable
{
    private enum Interruption
    {
        CancelledAfterAStep,
        CancelledWhileEvaluating,
        Crashed,
    }

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void ASeedIsARun(Architecture architecture, Routing routing)
    {
        var run = new TinyRun();
        run = new TinyRun { Config = run.Config with { Architecture = architecture, Routing = routing } };
        run.Train(Folder("first"));
        run.Train(Folder("second"));
        AssertSame(Folder("first"), Folder("second"));
    }

    [Fact]
    public void AnotherSeedIsAnotherRun()
    {
        var run = new TinyRun();
        run.Train(Folder("first"));
        var otherDropout = new TinyRun { Config = run.Config, Options = run.Options with { Seed = 43 } };
        otherDropout.Train(Folder("other dropout"));
        Assert.NotEqual(TinyRun.Log(Folder("first")), TinyRun.Log(Folder("other dropout")));
        var otherData = new TinyRun { Config = run.Config, DataSeed = 8 };
        otherData.Train(Folder("other data"));
        Assert.NotEqual(TinyRun.Log(Folder("first")), TinyRun.Log(Folder("other data")));
    }

    [Fact]
    public void TheLogTellsTheRun()
    {
        var run = new TinyRun();
        TrainerState state = run.Train(Folder("run"));
        LogRow[] rows = [.. RunLog.Read(Path.Combine(Folder("run"), RunLog.FileName))];
        Assert.Equal([3, 4, 6, 8, 9, 12, 12], rows.Select(row => row.Step));
        LogRow[] trained = [.. rows.Where(row => row.Loss is not null)];
        LogRow[] evaluated = [.. rows.Where(row => row.EvalLoss is not null)];
        Assert.Equal([3, 6, 9, 12], trained.Select(row => row.Step));
        Assert.Equal([4, 8, 12], evaluated.Select(row => row.Step));
        Assert.All(trained, row => Assert.True(row is { TokensPerSecond: > 0, EvalAccuracy: null, EvalLoss: null }));
        Assert.All(evaluated, row => Assert.True(row is { TokensPerSecond: null, LearningRate: null, EvalAccuracy: >= 0 and <= 1 }));
        var schedule = new Schedule(ScheduleShape.Cosine, 3, 12);
        Assert.All(trained, row => Assert.Equal(3e-3 * schedule.At(row.Step - 1), row.LearningRate!.Value, 1e-12));
        for (int i = 0; i < trained.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, 2 * (int)trained[i].Step).Sum(n => (long)run.BatchAt(n).Input.Tokens), trained[i].Tokens);
        }

        Assert.Equal(evaluated.Min(row => row.EvalLoss), state.BestLoss);
        Assert.Equal(evaluated.MinBy(row => row.EvalLoss)!.Step, state.BestStep);
        Assert.Equal((12, state.Tokens), (state.Step, trained[^1].Tokens));
    }

    [Fact]
    public void AResumedRunIsTheUninterruptedOne()
    {
        var run = new TinyRun();
        run.Train(Folder("whole"));
        Gen.Select(Gen.Enum<Interruption>(), Gen.Int[1, 12]).Array[1, 3].Sample(interruptions =>
        {
            using var temporary = new TemporaryFolder();
            foreach ((Interruption kind, int step) in interruptions)
            {
                Interrupt(run, temporary.Path, kind, step);
            }

            Assert.Equal(12, run.Train(temporary.Path).Step);
            AssertSame(Folder("whole"), temporary.Path);
        }, iter: Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 25 : 4, threads: 1);
    }

    [Fact]
    public void AFinishedRunHasNothingToDo()
    {
        var run = new TinyRun();
        run.Train(Folder("run"));
        Dictionary<string, byte[]> before = TinyRun.Files(Folder("run"));
        string[] log = TinyRun.Log(Folder("run"));
        Assert.Equal(12, run.Train(Folder("run"), batchAt: _ => throw new InvalidOperationException("a batch was asked for")).Step);
        Assert.Equal(before, TinyRun.Files(Folder("run")));
        Assert.Equal(log, TinyRun.Log(Folder("run")));
    }

    [Fact]
    public void TheBestCheckpointIsTheOneThatScoredBest()
    {
        using var scope = NewDisposeScope();
        var run = new TinyRun();
        TrainerState state = run.Train(Folder("run"));
        var shorter = new TinyRun();
        using var cancel = new CancellationTokenSource();
        shorter.Train(Folder("best"), told: progress => CancelAt(progress, state.BestStep, cancel), cancellationToken: cancel);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder("best"), "last", "model.safetensors")), File.ReadAllBytes(Path.Combine(Folder("run"), "model.safetensors")));
    }

    /// <summary>Without dropout: what the log says of the best checkpoint, it says of itself.</summary>
    [Fact]
    public void HeldOutTextIsScoredWithoutDropout()
    {
        var run = new TinyRun();
        TrainerState state = run.Train(Folder("run"));
        using HeadedModel best = CheckpointFolder.Open(Folder("run")).Model;
        Assert.Equal(MaskedLmEvaluation.Score((BiGSForMaskedLM)best, run.HeldOut(), TestContext.Current.CancellationToken).Loss, state.BestLoss!.Value, 1e-5);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void ABatchSeenAgainAndAgainIsLearnt(Architecture architecture, Routing routing)
    {
        var run = new TinyRun
        {
            Config = SmallModels.Config(architecture, routing) with { InitializerRange = 0.3 },
            Options = new TrainingOptions { Steps = 30, LearningRate = 3e-2, WarmupSteps = 3, EvalEvery = 100, SaveEvery = 100 },
        };
        var losses = new List<double>();
        run.Train(Folder("run"), batchAt: _ => run.BatchAt(0), told: progress => losses.Add(progress.Loss));
        Assert.InRange(losses[0], Math.Log(35) - 1, Math.Log(35) + 2);
        Assert.InRange(losses[29], 0, losses[0] / 3);
    }

    [Fact]
    public void AccumulatingIsOneLargerBatch()
    {
        using var scope = NewDisposeScope();
        var run = new TinyRun();
        BiGSConfig config = run.Config with { HiddenDropoutProb = 0, BlockDropoutProb = 0 };
        // In double: a batch's gradient is a sum over its rows, and single precision depends on their grouping.
        TrainingOptions once = run.Options with { Steps = 1, Accumulate = 1, WarmupSteps = 0, ClipNorm = null, Precision = Precision.Fp64 };
        BiGSForMaskedLM Trained(string name, int accumulate, int batchSize)
        {
            var tiny = new TinyRun { Config = config, Options = once with { Accumulate = accumulate }, BatchSize = batchSize, PadTo = PadTo.MaxLength };
            BiGSForMaskedLM model = tiny.NewModel(3);
            using var trainer = new Trainer<MaskedBatch>(new MaskedLmObjective(model, tiny.HeldOut), tiny.Options, new RunFolder(Folder(name), _ => { }));
            trainer.Run(tiny.BatchAt, cancellationToken: TestContext.Current.CancellationToken);
            return model;
        }

        using BiGSForMaskedLM whole = Trained("whole", accumulate: 1, batchSize: 9);
        using BiGSForMaskedLM parts = Trained("parts", accumulate: 3, batchSize: 3);
        foreach ((string name, Parameter parameter) in parts.named_parameters())
        {
            Distance.Within(1e-10, parameter.grad!, whole.get_parameter(name)!.grad!, "gradient of " + name);
        }

    }

    private static void Interrupt(TinyRun run, string folder, Interruption kind, int step)
    {
        using var cancel = new CancellationTokenSource();
        switch (kind)
        {
            case Interruption.CancelledAfterAStep:
                run.Train(folder, told: progress => CancelAt(progress, step, cancel), cancellationToken: cancel);
                break;
            case Interruption.CancelledWhileEvaluating:
                run.Train(folder, heldOut: () => run.HeldOut().Select(batch =>
                {
                    cancel.Cancel();
                    return batch;
                }), cancellationToken: cancel);
                break;
            default:
                // As killed: nothing is saved on the way out.
                MaskedBatch Fails(long number) => number >= 2 * step ? throw new IOException("the disk is gone") : run.BatchAt(number);
                Assert.True(Record.Exception(() => run.Train(folder, batchAt: Fails)) is null or IOException);
                break;
        }
    }

    private static void CancelAt(TrainingProgress progress, long step, CancellationTokenSource cancellationToken)
    {
        if (progress.Step >= step)
        {
            cancellationToken.Cancel();
        }
    }

    private static void AssertSame(string expected, string actual)
    {
        Assert.Equal(TinyRun.Log(expected), TinyRun.Log(actual));
        Dictionary<string, byte[]> files = TinyRun.Files(expected);
        Assert.Contains(Path.Combine("last", "optimizer.safetensors"), files.Keys);
        Dictionary<string, byte[]> others = TinyRun.Files(actual);
        Assert.Equal(files.Keys.Order(), others.Keys.Order());
        Assert.All(files, file => Assert.True(file.Value.SequenceEqual(others[file.Key]), file.Key));
    }

    private string Folder(string name) => Path.Combine(_temporary.Path, name);
}
