using BiGS.Support;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Training;

/// <summary>A run that diverges stops, says so, and leaves the last good checkpoint as it was.</summary>
[Collection(TorchGlobals.Name)]
public sealed class DivergenceTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(6)] // between saves
    [InlineData(8)] // an evaluation comes next
    [InlineData(10)] // a save comes next
    [InlineData(12)] // the end
    public void WeightsThatAreNoNumbersStopTheRun(int step)
    {
        var run = new TinyRun();
        Dictionary<string, byte[]>? atCheckpoint = null;
        BiGSForMaskedLM model = run.NewModel(3);
        NonFiniteLossException error = Assert.Throws<NonFiniteLossException>(() => run.Train(_temporary.Path, model, told: progress =>
        {
            if (progress.Step == step && progress.HeldOut is null)
            {
                atCheckpoint = TinyRun.Files(_temporary.Path);
                using var untracked = no_grad();
                using Tensor first = model.Bigs.Embeddings.WordTable.narrow(0, 10, 20);
                first.fill_(double.NaN);
            }
        }));
        Assert.Equal(step, error.Step);
        Assert.Contains($"step {step}", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_temporary.Path, "last"), error.Message, StringComparison.Ordinal);
        Assert.Contains("TrainingOptions.LearningRate", error.Message, StringComparison.Ordinal);
        Assert.Equal(atCheckpoint, TinyRun.Files(_temporary.Path));
        Assert.True(TinyRun.Log(_temporary.Path).Length > 0);
        // And the run can go on from there.
        Assert.Equal(12, run.Train(_temporary.Path).Step);
    }

    [Fact]
    public void AHugeLearningRateIsTold()
    {
        var run = new TinyRun { Options = new TinyRun().Options with { LearningRate = 1e25, WarmupSteps = 0, ClipNorm = null, EvalEvery = 100, SaveEvery = 100 } };
        NonFiniteLossException error = Assert.Throws<NonFiniteLossException>(() => run.Train(_temporary.Path));
        Assert.Contains("no checkpoint was written", error.Message, StringComparison.Ordinal);
        Assert.Empty(TinyRun.Files(_temporary.Path));
    }
}
