using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

/// <summary>Names, shapes and numbers of weights; on the meta device, so that the largest model costs nothing.</summary>
[Collection(TorchGlobals.Name)]
public class ParameterTests
{
    private static readonly BiGSConfig Small = new()
    {
        VocabSize = 50,
        HiddenSize = 12,
        NumHiddenLayers = 1,
        IntermediateSize = 20,
        MaxPositionEmbeddings = 32,
        StateSize = 5,
        NumAttentionHeads = 3,
        NumLabels = 7,
    };

    private static readonly Dictionary<string, (string Head, BiGSConfig Config)> Shapes = new()
    {
        ["large"] = ("BiGSForMaskedLM", Presets.Get("large")),
        ["gated-ssm"] = ("BiGSForMaskedLM", Small),
        ["gated-attention"] = ("BiGSForMaskedLM", Small with { Routing = Routing.Attention }),
        ["gated-hydra"] = ("BiGSForMaskedLM", Small with { Routing = Routing.Hydra, NumSsmHeads = 2 }),
        ["stack-ssm"] = ("BiGSForMaskedLM", Small with { Architecture = Architecture.Stack }),
        ["stack-attention"] = ("BiGSForMaskedLM", Small with { Architecture = Architecture.Stack, Routing = Routing.Attention }),
        ["stack-post-norm"] = ("BiGSForMaskedLM", Small with { Architecture = Architecture.Stack, Routing = Routing.Attention, PreNorm = false }),
        ["merge-concat"] = ("BiGSForMaskedLM", Small with { Merge = Merge.Concat }),
        ["ssm-heads-2"] = ("BiGSForMaskedLM", Small with { NumSsmHeads = 2 }),
        ["no-positions"] = ("BiGSForMaskedLM", Small with { PositionEmbeddingType = PositionEmbedding.None }),
        ["sequence-classification"] = ("BiGSForSequenceClassification", Small),
        ["multiple-choice"] = ("BiGSForMultipleChoice", Small),
        ["token-classification"] = ("BiGSForTokenClassification", Small),
        ["question-answering"] = ("BiGSForQuestionAnswering", Small),
    };

    public static TheoryData<string> Names => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void KeysAndShapesAreTheApprovedOnes(string name)
    {
        (string head, BiGSConfig config) = Shapes[name];
        string[] received = OnMeta(() =>
        {
            using HeadedModel model = HeadedModels.Create(head, config, SsmRoutes.Auto);
            return (string[])[.. model.named_parameters().Select(p => $"{p.name} ({string.Join(", ", p.parameter.shape)})").Order(StringComparer.Ordinal)];
        });
        string approved = Path.Combine(Shared.Repository, "test", "BiGS.Tests", "Models", "Approved", name + ".txt");
        string beside = Path.Combine(AppContext.BaseDirectory, name + ".received.txt");
        File.WriteAllLines(beside, received);
        Assert.True(File.Exists(approved), $"{approved} is missing; review {beside} and put it there.");
        Assert.True(
            received.SequenceEqual(File.ReadAllLines(approved)), $"The weights are no longer those of {approved}; compare {beside}: old checkpoints will not open.");
    }

    [Fact]
    public void TheLargeModelHasTheAuthorsNumberOfParameters() =>
        Assert.Equal(346_314_134, Count(Presets.Get("large") with { VocabSize = 30522, MaxPositionEmbeddings = 128 }));

    [Theory]
    [InlineData("tiny")]
    [InlineData("medium")]
    [InlineData("large")]
    public void AllFormsAreOfOneSize(string preset)
    {
        BiGSConfig gated = Presets.Get(preset);
        long bigs = Count(gated);
        foreach (Architecture architecture in Enum.GetValues<Architecture>())
        {
            foreach (Routing routing in Enum.GetValues<Routing>())
            {
                BiGSConfig form = gated.WithBlocks(architecture, routing);
                Assert.Equal(gated.NumHiddenLayers, form.NumHiddenLayers);
                Assert.InRange(Count(form) / (double)bigs, 0.98, 1.02);
                // The words are the same in all forms; what is compared is the rest.
                long words = (long)gated.VocabSize * gated.HiddenSize;
                Assert.InRange((Count(form) - words) / (double)(bigs - words), 0.98, 1.02);
            }
        }
    }

    [Fact]
    public void TheMergesAreOfOneSize()
    {
        long multiply = Count(Small);
        Assert.Equal(multiply, Count(Small with { Merge = Merge.Add }));
        Assert.Equal(multiply - Small.HiddenSize, Count(Small with { Merge = Merge.Concat })); // one dense has one bias
    }

    private static long Count(BiGSConfig config) => OnMeta(() =>
    {
        using var model = new BiGSForMaskedLM(config, SsmRoutes.Auto);
        return model.parameters().Sum(p => p.numel());
    });

    private static T OnMeta<T>(Func<T> build)
    {
        Device before = get_default_device();
        set_default_device(META);
        try
        {
            return build();
        }
        finally
        {
            set_default_device(before);
        }
    }
}
