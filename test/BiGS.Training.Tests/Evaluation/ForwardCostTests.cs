using System.Globalization;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class ForwardCostTests
{
    private static readonly BiGSConfig Large = Presets.Get("large");

    private static readonly BiGSConfig BertLarge = Large with
    {
        Architecture = Architecture.Stack,
        Routing = Routing.Attention,
        NumHiddenLayers = 24,
        IntermediateSize = 4 * Large.HiddenSize,
    };

    /// <summary>The paper's own table, to its two digits.</summary>
    [Theory]
    [InlineData(128, "8.1e10", "7.9e10")]
    [InlineData(512, "3.2e11", "3.4e11")]
    [InlineData(1024, "6.5e11", "7.2e11")]
    [InlineData(4096, "2.6e12", "4.1e12")]
    public void IsThePapersRow(int length, string bigs, string bert)
    {
        Assert.Equal(bigs, Rounded(ForwardCost.Flops(Large, length, SsmRoutes.Get("fft"))));
        Assert.Equal(bert, Rounded(ForwardCost.Flops(BertLarge, length, SsmRoutes.Get("fft"))));
    }

    /// <summary>All dense weights are read once a token; what is left is the routing.</summary>
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void DenseLayersCostTheirWeights(Architecture architecture, Routing routing)
    {
        const int Length = 7;
        BiGSConfig config = SmallModels.Config(architecture, routing);
        using BiGSForMaskedLM model = SmallModels.MaskedLm(config);
        double dense = model.named_parameters().Where(p => p.name.Contains(".layer.") && p.name.EndsWith(".weight") && p.parameter.dim() == 2).Sum(p => p.parameter.numel());
        var hydra = HydraShape.Of(config);
        double mixing = routing switch
        {
            Routing.Attention => 2 * 2 * Length * Length * config.HiddenSize, // scores, then their mean of the values
            Routing.Ssm => 2 * config.HiddenSize * 2 * Length * Length, // two Toeplitz matrices
            _ => (2 * Length * 7 * hydra.Channels) // the convolution
                + (2 * 2 * Length * Length * hydra.States) // C · B of both directions
                + (2 * Length * Length * hydra.Inner) + (2 * Length * hydra.Inner), // the block, and D
        };
        double flops = ForwardCost.Flops(config, Length, SsmRoutes.Get("toeplitz"));
        Assert.Equal((2 * Length * dense) + (config.NumHiddenLayers * mixing), flops);
    }

    /// <summary>Two chunks of 128 with 3 states: T, V, W and the sum for each, and a 4 × 4 matrix for each state.</summary>
    [Fact]
    public void ChunksCostTheirMatrices()
    {
        double chunk = (2 * 128 * 128) + (2 * 6 * 128) + (2 * 128 * 6) + 128;
        Assert.Equal((2 * chunk) + (3 * 2 * 4 * 4), RouteCost.Estimate(SsmRoutes.Get("chunked"), 200, 3));
    }

    [Fact]
    public void AutoIsWhatComputes()
    {
        Assert.Equal(2.0 * 512 * 512, RouteCost.Estimate(SsmRoutes.Auto, 512, 64));
        Assert.Equal(RouteCost.Estimate(SsmRoutes.Get("chunked"), 513, 64), RouteCost.Estimate(SsmRoutes.Auto, 513, 64));
        Assert.Equal(((14 * 64) + 2) * 10, RouteCost.Estimate(SsmRoutes.Get("recurrent"), 10, 64));
        double perToken = RouteCost.Estimate(SsmRoutes.Auto, 4096, 64) / 4096;
        Assert.InRange(RouteCost.Estimate(SsmRoutes.Auto, 8192, 64) / 8192, perToken, 1.5 * perToken); // all but linear
    }

    [Fact]
    public void AForwardPassTakesTime()
    {
        using BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config());
        Assert.InRange(ForwardTime.Median(model, 64, TestContext.Current.CancellationToken), 1e-6, 10);
        Assert.Throws<ArgumentException>(() => ForwardTime.Median(model, 65, TestContext.Current.CancellationToken));
    }

    private static string Rounded(double flops) => flops.ToString("0.0e0", CultureInfo.InvariantCulture);
}
