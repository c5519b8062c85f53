using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Support;

/// <summary>Models small enough to compute by hand, with weights large enough that every part of them shows in the answer.</summary>
internal static class SmallModels
{
    public static TheoryData<Architecture, Routing> Forms =>
        new MatrixTheoryData<Architecture, Routing>(Enum.GetValues<Architecture>(), Enum.GetValues<Routing>());

    public static BiGSConfig Config(Architecture architecture = Architecture.Gated, Routing routing = Routing.Ssm) => new()
    {
        VocabSize = 40,
        HiddenSize = 12,
        NumHiddenLayers = 2,
        IntermediateSize = 20,
        MaxPositionEmbeddings = 64,
        StateSize = 4,
        NumAttentionHeads = 3,
        NumLabels = 3,
        HiddenDropoutProb = 0,
        Architecture = architecture,
        Routing = routing,
    };

    /// <summary>In evaluation mode; no bias is zero and no LayerNorm the identity.</summary>
    public static HeadedModel Build(BiGSConfig config, int seed = 1, string head = "BiGSForMaskedLM")
    {
        HeadedModel model = HeadedModels.Create(head, config with { InitializerRange = 0.3 }, SsmRoutes.Auto);
        model.Initialize(seed);
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var generator = new Generator((ulong)seed + 1000);
        foreach ((string name, var parameter) in model.named_parameters())
        {
            if (!name.Contains(".kernel.", StringComparison.Ordinal))
            {
                parameter.add_(empty(parameter.shape).normal_(0, 0.1, generator));
            }
        }

        model.eval();
        return model;
    }

    public static BiGSForMaskedLM MaskedLm(BiGSConfig config, int seed = 1) => (BiGSForMaskedLM)Build(config, seed);

    /// <summary>(b, l) of random words.</summary>
    public static Tensor Ids(int rows, int length, int seed, int vocabularySize = 40)
    {
        using var generator = new Generator((ulong)seed);
        return randint(1, vocabularySize, [rows, length], ScalarType.Int64, generator: generator);
    }

    /// <summary>(b, l) with 1 at the first lengths[r] positions of row r.</summary>
    public static Tensor Mask(int length, params int[] lengths) =>
        tensor(lengths.SelectMany(n => Enumerable.Range(0, length).Select(i => i < n ? 1L : 0L)).ToArray(), [lengths.Length, length]);
}
