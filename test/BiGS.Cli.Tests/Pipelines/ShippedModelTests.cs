using BiGS.Cli.Tests.Commands;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Pipelines;

/// <summary>The model that comes with the library works where nothing else is, and is no larger than it says.</summary>
public class ShippedModelTests
{
    private const long MostBytes = 40_000_000;

    [Fact]
    public void ItFillsAMaskWithWords()
    {
        using FillMask fill = FillMask.Open(OnTorch.Fp32);
        MaskedWord word = Assert.Single(fill.Fill("The river flows into the [MASK].", cancellationToken: TestContext.Current.CancellationToken));
        Assert.All(word.Candidates, candidate => Assert.Matches("^[a-z]+$", candidate.Token));
        Assert.Empty(fill.Warnings);
    }

    [Fact]
    public void TheCommandNeedsNoModel() =>
        Assert.Contains("[MASK]", Bigs.Run("fill-mask", "The king and the [MASK] were married.").Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public void ItIsSmallAndHasACard()
    {
        string[] files = Directory.GetFiles(ShippedModel.Folder);
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, MostBytes);
        Assert.Contains("README.md", files.Select(Path.GetFileName));
    }

    /// <summary>Weights are rounded, the kernels' own parameters are not.</summary>
    [Fact]
    public void ItsWeightsAreHalvesAndItsKernelsAreWhole()
    {
        using var weights = new SafetensorsFile(Path.Combine(ShippedModel.Folder, CheckpointFolder.WeightsName));
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.BFloat16, weights.Read("bigs.embeddings.word_embeddings.weight").dtype);
        Assert.Equal(ScalarType.Float32, weights.Read("bigs.encoder.layer.0.fs4.kernel.A_im").dtype);
        using HeadedModel model = CheckpointFolder.Open(ShippedModel.Folder).Model;
        Assert.InRange(model.parameters().Sum(parameter => parameter.numel()), 10_000_000, 20_000_000);
    }
}
