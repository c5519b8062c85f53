using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using CsCheck;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

public class SymmetryTests
{
    private static readonly Dictionary<string, string> OtherDirection = new()
    {
        [".du_forward."] = ".du_backward.",
        [".du_backward."] = ".du_forward.",
        [".fs4."] = ".bs4.",
        [".bs4."] = ".fs4.",
        [".duc_forward."] = ".duc_backward.",
        [".duc_backward."] = ".duc_forward.",
    };

    /// <summary>Without positions, a model whose directions are swapped reads the reversed text as the model reads the text.</summary>
    [Theory]
    [InlineData(Architecture.Gated, Merge.Multiply)]
    [InlineData(Architecture.Gated, Merge.Add)]
    [InlineData(Architecture.Gated, Merge.Concat)]
    [InlineData(Architecture.Stack, Merge.Multiply)]
    [InlineData(Architecture.Stack, Merge.Add)]
    [InlineData(Architecture.Stack, Merge.Concat)]
    public void SwappingTheDirectionsReversesTheText(Architecture architecture, Merge merge)
    {
        BiGSConfig config = SmallModels.Config(architecture, Routing.Ssm) with { Merge = merge, PositionEmbeddingType = PositionEmbedding.None };
        BiGSForMaskedLM model = SmallModels.MaskedLm(config);
        BiGSForMaskedLM swapped = SmallModels.MaskedLm(config, seed: 99);
        SwapInto(swapped, model);
        // In double precision, so that a difference is a mistake and not rounding.
        model.ComputeIn(Precision.Fp64);
        swapped.ComputeIn(Precision.Fp64);
        Gen.Select(Gen.Int[1, 80], Gen.Int[0, 100_000]).Sample((length, seed) =>
        {
            using var scope = NewDisposeScope();
            Tensor ids = SmallModels.Ids(2, length, seed);
            Tensor types = ids % tensor(2L);
            // Holes in the middle are padding like any other.
            Tensor mask = ones_like(ids).masked_fill(ids.lt(tensor(5L)), 0);
            Tensor expected = Logits(model, ids, mask, types).flip(1);
            Distance.Within(1e-9, Logits(swapped, ids.flip(1), mask.flip(1), types.flip(1)), expected, $"length {length}, seed {seed}");
        }, iter: 8, threads: 1);

        using var scope = NewDisposeScope();
        Tensor text = SmallModels.Ids(2, 30, seed: 3);
        Assert.True(Distance.Of(Logits(model, text.flip(1)), Logits(model, text).flip(1)) > 0.01, "the directions do not differ at all");
    }

    [Theory]
    [InlineData(Architecture.Gated)]
    [InlineData(Architecture.Stack)]
    public void AttentionHasNoDirection(Architecture architecture)
    {
        using var scope = NewDisposeScope();
        BiGSForMaskedLM model = SmallModels.MaskedLm(
            SmallModels.Config(architecture, Routing.Attention) with { PositionEmbeddingType = PositionEmbedding.None });
        Tensor ids = SmallModels.Ids(2, 40, seed: 3);
        Distance.Within(1e-5, Logits(model, ids.flip(1)), Logits(model, ids).flip(1), "reversed text");
    }

    private static void SwapInto(HeadedModel target, HeadedModel source)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        Dictionary<string, Parameter> weights = source.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach ((string name, Parameter parameter) in target.named_parameters())
        {
            string part = OtherDirection.Keys.FirstOrDefault(key => name.Contains(key, StringComparison.Ordinal), "");
            Tensor value = weights[part.Length == 0 ? name : name.Replace(part, OtherDirection[part], StringComparison.Ordinal)];
            // [y→, y←] W: the halves of W change places.
            parameter.copy_(name.EndsWith(".merge.weight", StringComparison.Ordinal) ? value.roll(value.shape[1] / 2, 1) : value);
        }
    }

    private static Tensor Logits(HeadedModel model, Tensor ids, Tensor? mask = null, Tensor? types = null) =>
        model.Forward(new ModelInput(ids, mask, types)).Results["logits"];
}
