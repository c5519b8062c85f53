using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Support;
using BiGS.Torch.Models;

namespace BiGS.Torch.Tests.Onnx;

/// <summary>The weights that a configuration stands for are those that the model of it has.</summary>
public class WeightShapesTests
{
    public static TheoryData<BiGSConfig> Configs =>
    [
        SmallModels.Config(),
        SmallModels.Config() with { NumSsmHeads = 3, Merge = Merge.Concat },
        SmallModels.Config() with { PositionEmbeddingType = PositionEmbedding.None, PreNorm = false, Merge = Merge.Add },
        SmallModels.Config(Architecture.Stack),
        SmallModels.Config(Architecture.Stack, Routing.Attention) with { PreNorm = false, TypeVocabSize = 0 },
        SmallModels.Config(Architecture.Gated, Routing.Attention),
        SmallModels.Config(Architecture.Stack, Routing.Hydra) with { NumSsmHeads = 3 },
    ];

    [Theory]
    [MemberData(nameof(Configs))]
    public void Names_and_shapes_are_those_of_the_model(BiGSConfig config) => Assert.All(ModelHeads.All, head =>
    {
        using HeadedModel model = SmallModels.Build(config, head: head);
        Assert.Equal(
            model.named_parameters().Select(weight => $"{weight.name} ({string.Join(", ", weight.parameter.shape)})").Order(StringComparer.Ordinal),
            WeightShapes.Of(config, head).Select(weight => $"{weight.Key} ({string.Join(", ", weight.Value)})").Order(StringComparer.Ordinal));
    });
}
