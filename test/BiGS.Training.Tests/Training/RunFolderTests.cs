using BiGS.Support;
using BiGS.Torch.Models;
using CsCheck;

namespace BiGS.Training.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Out => Path.Combine(_temporary.Path, "new", "run");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void AnEmptyFolderStartsAtZero()
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        using FusedAdamW optimizer = Optimizer(model);
        var folder = new RunFolder(Out, _ => { });
        Assert.Null(folder.Newest);
        Assert.Equal(new TrainerState(), folder.Restore(model, optimizer));
    }

    [Fact]
    public void TheNewestIsWholeWhereverARunWasKilled()
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        using FusedAdamW optimizer = Optimizer(model);
        var withTokenizer = new List<string>();
        var folder = new RunFolder(Out, withTokenizer.Add, keep: 1);
        string last = Path.Combine(Out, "last");
        folder.SaveLast(model, optimizer.State(), new TrainerState { Step = 1 });
        Assert.Equal(last, folder.Newest);

        // Killed while writing the next.
        Directory.CreateDirectory(last + ".partial");
        File.WriteAllText(Path.Combine(last + ".partial", "model.safetensors"), "half");
        Assert.Equal(1, folder.Restore(model, optimizer).Step);
        folder.SaveLast(model, optimizer.State(), new TrainerState { Step = 2 });
        Assert.Equal(2, folder.Restore(model, optimizer).Step);

        // Killed between two renamings.
        Directory.Move(last, last + "-1");
        Assert.Equal((last + "-1", 2), (folder.Newest, folder.Restore(model, optimizer).Step));
        folder.SaveLast(model, optimizer.State(), new TrainerState { Step = 3 });
        Assert.Equal((last, 3), (folder.Newest, folder.Restore(model, optimizer).Step));
        Assert.Equal([last], Directory.GetDirectories(Out));
        Assert.Equal(3, withTokenizer.Count);
        Assert.Empty(folder.Warnings);
    }

    [Fact]
    public void OneProcessAtATime()
    {
        using (RunFolder.Lock(Out))
        {
            Assert.Contains("another process", Assert.Throws<IOException>(() => RunFolder.Lock(Out)).Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(Out));
        File.WriteAllText(Path.Combine(Out, "run.lock"), ""); // left by a process that was killed
        RunFolder.Lock(Out).Dispose();
    }

    [Fact]
    public void AsManyStayAsAreAskedFor()
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        using FusedAdamW optimizer = Optimizer(model);
        var folder = new RunFolder(Out, _ => { }, keep: 3);
        for (int step = 1; step <= 5; step++)
        {
            folder.SaveLast(model, optimizer.State(), new TrainerState { Step = step });
        }

        Assert.Equal(
            [("last", 5L), ("last-1", 4L), ("last-2", 3L)],
            Directory.GetDirectories(Out).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), TrainerState.Read(path).Step)));
        RunFolder.Clear(Out);
        Assert.Empty(Directory.GetFileSystemEntries(Out));
    }

    public static TheoryData<string, Action<string>> Damages => new()
    {
        { "model.safetensors has", path => File.WriteAllBytes(Path.Combine(path, "model.safetensors"), File.ReadAllBytes(Path.Combine(path, "model.safetensors"))[..^1]) },
        { "optimizer.safetensors is not what was written", path => Flip(Path.Combine(path, "optimizer.safetensors")) },
        { "trainer_state.json is missing", path => File.Delete(Path.Combine(path, "trainer_state.json")) },
        { "checksums.json is missing", path => File.Delete(Path.Combine(path, "checksums.json")) },
        { "checksums.json does not read", path => File.WriteAllText(Path.Combine(path, "checksums.json"), "{") },
    };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void ADamagedCheckpointIsPassedOverWithAWarning(string damage, Action<string> spoil)
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        using FusedAdamW optimizer = Optimizer(model);
        var folder = new RunFolder(Out, _ => { });
        folder.SaveLast(model, optimizer.State(), new TrainerState { Step = 1 });
        folder.SaveLast(model, optimizer.State(), new TrainerState { Step = 2 });
        spoil(Path.Combine(Out, "last"));
        Assert.Equal(1, folder.Restore(model, optimizer).Step);
        Assert.Contains($"{Path.Combine(Out, "last")}: {damage}", Assert.Single(folder.Warnings), StringComparison.Ordinal);

        spoil(Path.Combine(Out, "last-1"));
        string error = Assert.Throws<InvalidDataException>(() => folder.Restore(model, optimizer)).Message;
        Assert.Contains(damage, error, StringComparison.Ordinal);
        Assert.Contains("Pretraining.Run(replace)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AStateComesBackAsItWas() => Gen.Select(Gen.Long, Gen.Long, Gen.Double[-1e9, 1e9].Nullable(), Gen.Double[0, 1e9], Gen.Long).Sample(
        (step, tokens, best, sum, count) =>
        {
            using var folder = new TemporaryFolder();
            var state = new TrainerState
            {
                Step = step,
                Tokens = tokens,
                BestLoss = best,
                BestStep = count,
                LossSum = sum,
                LossCount = count,
                EvaluatedStep = step,
            };
            state.Write(folder.Path);
            Assert.Equal(state, TrainerState.Read(folder.Path));
        }, iter: 50);

    [Theory]
    [InlineData("")]
    [InlineData("{\"step\": 3")]
    [InlineData("null")]
    [InlineData("[]")]
    public void ABrokenStateIsNamed(string text)
    {
        string path = _temporary.File(TrainerState.FileName, text);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => TrainerState.Read(_temporary.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALogGoesOnWhereItsCheckpointStood()
    {
        string path = Path.Combine(Out, RunLog.FileName);
        using (var log = new RunLog(Out, new TrainerState()))
        {
            log.Add(new LogRow(5, 50) { Loss = 2.5, LearningRate = 1e-3, TokensPerSecond = 9 });
            log.Add(new LogRow(5, 50) { EvalLoss = 2.25, EvalAccuracy = 0.5 });
            log.Add(new LogRow(10, 100) { Loss = 1.5 });
            // Row by row: what was added can be read while the run goes on.
            Assert.Equal(3, RunLog.Read(path).Count());
        }

        Assert.Equal("""{"step":5,"tokens":50,"loss":2.5,"learning_rate":0.001,"tokens_per_second":9}""", File.ReadLines(path).First());
        Assert.Equal("""{"step":5,"tokens":50,"eval_loss":2.25,"eval_accuracy":0.5}""", File.ReadLines(path).ElementAt(1));
        File.AppendAllText(path, "{\"step\":15,\"tokens\":15"); // cut by a crash
        Assert.Equal(3, RunLog.Read(path).Count());
        using (var log = new RunLog(Out, new TrainerState { Step = 5, EvaluatedStep = 5 }))
        {
            log.Add(new LogRow(10, 100) { Loss = 1.25 });
        }

        Assert.Equal([(5L, 2.5), (5L, null), (10L, (double?)1.25)], RunLog.Read(path).Select(row => (row.Step, row.Loss)));

        // A checkpoint that was written before the evaluation of its step does it again.
        using (new RunLog(Out, new TrainerState { Step = 5, EvaluatedStep = 0 }))
        {
        }

        Assert.Equal([(5L, (double?)2.5)], RunLog.Read(path).Select(row => (row.Step, row.Loss)));
        using (new RunLog(Out, new TrainerState()))
        {
        }

        Assert.Empty(RunLog.Read(path));
    }

    /// <summary>One bit in the middle.</summary>
    private static void Flip(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static FusedAdamW Optimizer(HeadedModel model) => new(ParameterGroup.Create(model, 0.05, 0, 1), 0.9, 0.98, 1e-6);
}
