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

    /// <summary>Ten sentences, of which each is nearest to the one that says the same in other words.</summary>
    [Fact]
    public void TheEmbeddingModelKnowsSentencesThatSayTheSame()
    {
        string[] texts =
        [
            "A man is playing a guitar.", "Someone strums a musical instrument.",
            "The stock market fell sharply on Monday.", "Shares lost much of their value at the start of the week.",
            "How do I reset my password?", "I forgot my login credentials and need new ones.",
            "Plants turn sunlight into sugar.", "Photosynthesis makes food from light in leaves.",
            "The king died without an heir.", "The monarch left no children to succeed him.",
        ];
        using var embedder = Embedder.Open();
        IReadOnlyList<float[]> vectors = embedder.Embed(texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(384, embedder.Dimensions);
        Assert.All(Enumerable.Range(0, texts.Length), i =>
            Assert.Equal(i ^ 1, Enumerable.Range(0, texts.Length).Where(j => j != i).MaxBy(j => vectors[i].Zip(vectors[j], (x, y) => x * y).Sum())));
    }

    /// <summary>It has no positions: what stands at the end of a long text still moves its vector.</summary>
    [Fact]
    public void TheEmbeddingModelReadsLongTextsWhole()
    {
        using var embedder = Embedder.Open();
        string filler = string.Join(' ', Enumerable.Repeat("the river flows through the quiet valley", 300));
        float[][] vectors = [.. embedder.Embed([filler, filler + " and then the volcano erupted with ash and lava"], cancellationToken: TestContext.Current.CancellationToken)];
        Assert.InRange(vectors[0].Zip(vectors[1], (x, y) => (x - y) * (x - y)).Sum(), 1e-6f, 0.1f);
    }

    [Fact]
    public void TheEmbeddingModelIsSmallAndHasACard()
    {
        string[] files = Directory.GetFiles(ShippedModel.EmbeddingFolder, "*", SearchOption.AllDirectories);
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 1, MostBytes);
        Assert.Contains("README.md", files.Select(Path.GetFileName));
    }
}
