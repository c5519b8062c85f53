using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

public class MixingMatricesTests
{
    /// <summary>What a head makes of its values is its matrix times them.</summary>
    [Fact]
    public void AHydraHeadIsItsMatrix()
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        HeadedModel model = SmallModels.Build(SmallModels.Config(routing: Routing.Hydra) with { NumSsmHeads = 2 });
        model.ComputeIn(Precision.Fp64);
        HydraLayer layer = model.modules().OfType<HydraLayer>().First();
        using var generator = new Generator(4);
        Tensor X = empty([9, 1, 12], ScalarType.Float64).normal_(generator: generator);
        Tensor values = layer.Inputs(X, padding: null).Values[0]; // (l, m, p)
        Tensor mixed = layer.Mixed(X, padding: null)[0].view(values.shape);
        IReadOnlyList<double[,]> matrices = layer.Matrices(X);
        Assert.Equal(2, matrices.Count);
        for (int head = 0; head < 2; head++)
        {
            Distance.Within(1e-10, tensor(matrices[head]).matmul(values.select(1, head)), mixed.select(1, head), $"head {head}");
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EveryLayerHasItsOwn(Architecture architecture, Routing routing)
    {
        HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing) with { NumSsmHeads = 2 });
        IReadOnlyList<IReadOnlyList<double[,]>> layers = MixingMatrices.Compute(model, new ModelInput(SmallModels.Ids(1, 9, seed: 3)));
        Assert.Equal(2, layers.Count);
        Assert.All(layers, heads => Assert.Equal(routing switch { Routing.Ssm => 0, Routing.Attention => 3, _ => 2 }, heads.Count));
        if (routing == Routing.Attention)
        {
            Assert.All(layers.SelectMany(heads => heads), M => Assert.Equal(9, M.Cast<double>().Sum(), 1e-9)); // nine means
        }
        else if (routing == Routing.Hydra)
        {
            Assert.NotEqual(layers[0][0].Cast<double>(), layers[1][0].Cast<double>());
        }
    }
}
