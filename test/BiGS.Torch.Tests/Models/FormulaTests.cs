using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>Every choice of a configuration, against the formulas written out.</summary>
public class FormulaTests
{
    private static readonly Gen<BiGSConfig> Shapes = Gen.Select(
        Gen.Enum<Merge>(), Gen.Bool, Gen.Enum<LayerActivation>(),
        Gen.Enum<DiscretizationRule>(), Gen.OneOf(Gen.Const(1), Gen.Const(2), Gen.Const(4)), Gen.Bool,
        Gen.Enum<PositionEmbedding>(), (merge, preNorm, act, discretization, heads, maskPadding, positions) =>
            new BiGSConfig
            {
                Merge = merge,
                PreNorm = preNorm,
                LayerAct = act,
                Discretization = discretization,
                NumSsmHeads = heads,
                MaskPadding = maskPadding,
                PositionEmbeddingType = positions,
            });

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void TheEncoderComputesItsFormulas(Architecture architecture, Routing routing) =>
        Gen.Select(Shapes, Gen.Int[1, 8], Gen.Int[0, 4], Gen.Int[0, 100_000]).Sample((shape, length, padding, seed) =>
        {
            using var scope = NewDisposeScope();
            HeadedModel model = SmallModels.Build(
                SmallModels.Config(architecture, routing) with
                {
                    Merge = shape.Merge,
                    PreNorm = shape.PreNorm,
                    LayerAct = shape.LayerAct,
                    Discretization = shape.Discretization,
                    NumSsmHeads = shape.NumSsmHeads,
                    MaskPadding = shape.MaskPadding,
                    PositionEmbeddingType = shape.PositionEmbeddingType,
                },
                seed);
            model.ComputeIn(Precision.Fp64);
            Tensor ids = SmallModels.Ids(2, length + padding, seed);
            Tensor types = ids % tensor(2L);
            Tensor mask = SmallModels.Mask(length + padding, length, length + padding);
            Tensor states = model.Bigs.Encode(new ModelInput(ids, mask, types));

            var slow = new SlowModel(model);
            int[] Row(Tensor of, int row) => [.. of[row].data<long>().Select(v => (int)v)];
            for (int row = 0; row < 2; row++)
            {
                double[][] expected = slow.Encode(Row(ids, row), [.. Row(mask, row).Select(m => m == 1)], Row(types, row));
                Distance.Within(1e-9, states[row], tensor(expected.SelectMany(v => v).ToArray()), $"{model.Config}, row {row}, seed {seed}");
            }
        }, iter: Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 100 : 12, threads: 1);

    [Fact]
    public void GradientsAreDifferenceQuotients()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config() with { NumHiddenLayers = 1 }, seed: 4);
        model.ComputeIn(Precision.Fp64);
        Tensor ids = SmallModels.Ids(2, 9, seed: 5);
        using var generator = new Generator(6);
        Tensor weight = empty([2, 9, 12], ScalarType.Float64).normal_(generator: generator);
        Tensor Value() => (model.Bigs.Encode(new ModelInput(ids)) * weight).sum();
        Value().backward();

        var random = new Random(7);
        const double Step = 1e-5;
        foreach ((string name, var parameter) in model.named_parameters().Where(p => p.name.Contains("layer.0", StringComparison.Ordinal)))
        {
            for (int i = 0; i < 3; i++)
            {
                using var untracked = no_grad();
                int at = random.Next((int)parameter.numel());
                Tensor element = parameter.view(-1).narrow(0, at, 1);
                double ValueAt(double value)
                {
                    element.copy_(tensor(value));
                    return Value().item<double>();
                }

                double here = element.item<double>();
                double quotient = (ValueAt(here + Step) - ValueAt(here - Step)) / (2 * Step);
                element.copy_(tensor(here));
                double gradient = parameter.grad!.view(-1)[at].item<double>();
                Assert.True(
                    Math.Abs(gradient - quotient) <= 1e-6 * Math.Max(1, Math.Abs(quotient)), $"{name}[{at}]: gradient {gradient}, quotient {quotient}");
            }
        }
    }
}
