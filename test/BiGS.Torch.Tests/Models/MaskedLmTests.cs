using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

public class MaskedLmTests
{
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void LogitsAtAreForwardsLogits(Architecture architecture, Routing routing)
    {
        BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config(architecture, routing));
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 30], Gen.Int[0, 100_000]).Sample((rows, length, seed) =>
        {
            using var scope = NewDisposeScope();
            var input = new ModelInput(SmallModels.Ids(rows, length, seed));
            Tensor positions = SmallModels.Ids(1, 9, seed, rows * length + 1)[0] - ones(1, ScalarType.Int64);
            Tensor all = model.Forward(input).Results["logits"].view(rows * length, -1);
            Distance.Within(1e-5, model.LogitsAt(input, positions), all.index_select(0, positions), $"{rows} × {length}, seed {seed}");
        }, iter: 15, threads: 1);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void HalfWidthIsCloseToSinglePrecision(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        // Fresh weights of 0.02 hardly use their SSMs; these keep a dense's output as large as its input.
        BiGSConfig config = (Presets.Get("tiny") with { VocabSize = 1000, InitializerRange = 0.09 }).WithBlocks(architecture, routing);
        var model = new BiGSForMaskedLM(config, SsmRoutes.Auto);
        model.Initialize(seed: 2);
        model.eval();
        var input = new ModelInput(SmallModels.Ids(2, 100, seed: 3, vocabularySize: 1000), SmallModels.Mask(100, 100, 60));
        Tensor single = model.Forward(input).Results["logits"];
        model.ComputeIn(Precision.Bf16);
        Tensor half = model.Forward(input).Results["logits"];
        Assert.Equal(ScalarType.Float32, half.dtype);
        double difference = Distance.Rms(half - single) / Distance.Rms(single);
        Assert.InRange(difference, 1e-4, 2e-2); // at 0 nothing would have been computed in half width
    }

    [Fact]
    public void WithoutPositionsAModelReadsAnyLength()
    {
        using var scope = NewDisposeScope();
        BiGSConfig config = SmallModels.Config() with { MaxPositionEmbeddings = 16 };
        HeadedModel free = SmallModels.Build(config with { PositionEmbeddingType = PositionEmbedding.None });
        Assert.Equal([2, 100, 40], free.Forward(new ModelInput(SmallModels.Ids(2, 100, 1))).Results["logits"].shape);
        HeadedModel bound = SmallModels.Build(config);
        Assert.Equal([2, 16, 40], bound.Forward(new ModelInput(SmallModels.Ids(2, 16, 1))).Results["logits"].shape);
        string message = Assert.Throws<ArgumentException>(() => bound.Forward(new ModelInput(SmallModels.Ids(2, 17, 1)))).Message;
        Assert.Contains("17 tokens", message, StringComparison.Ordinal);
        Assert.Contains("16 positions", message, StringComparison.Ordinal);
        Assert.Contains("truncate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLossIsTheMeanOverMaskedWords()
    {
        using var scope = NewDisposeScope();
        BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config());
        Tensor ids = SmallModels.Ids(2, 11, 1);
        Tensor labels = full_like(ids, HeadedModel.IgnoredLabel);
        labels[1, 4] = tensor(7L);
        labels[0, 9] = tensor(39L);
        ModelOutput output = model.Forward(new ModelInput(ids), new ModelLabels(labels));
        Tensor logProbabilities = nn.functional.log_softmax(output.Results["logits"].to_type(ScalarType.Float64), -1);
        double expected = -(logProbabilities[1, 4, 7].item<double>() + logProbabilities[0, 9, 39].item<double>()) / 2;
        Assert.Equal(expected, output.Loss!.item<float>(), 1e-5);
    }

    [Fact]
    public void PadsLookupLearnsNothingButItsDecoderDoes()
    {
        using var scope = NewDisposeScope();
        BiGSForMaskedLM model = SmallModels.MaskedLm(SmallModels.Config());
        Tensor ids = SmallModels.Ids(1, 6, 1);
        ids[0, 2] = tensor(0L);
        model.Bigs.Encode(new ModelInput(ids)).sum().backward();
        Tensor gradient = model.Bigs.Embeddings.WordTable.grad!;
        Assert.Equal(0, gradient[0].abs().max().item<float>());
        Assert.NotEqual(0, gradient[ids[0, 1].item<long>()].abs().max().item<float>());
        model.Forward(new ModelInput(ids)).Results["logits"].square().sum().backward();
        Assert.NotEqual(0, gradient[0].abs().max().item<float>());
    }

    [Fact]
    public void SizesThatDoNotFitAreNamed()
    {
        void Refused(BiGSConfig config, string what) => Assert.Contains(
            what, Assert.Throws<ArgumentException>(() => new BiGSForMaskedLM(config, SsmRoutes.Auto)).Message, StringComparison.Ordinal);
        Refused(SmallModels.Config(routing: Routing.Attention) with { NumAttentionHeads = 5 }, "num_attention_heads 5");
        Refused(SmallModels.Config(routing: Routing.Hydra) with { StateSize = 64 }, "heads (num_ssm_heads) of 64 states");
        Refused(SmallModels.Config() with { NumSsmHeads = 5 }, "num_ssm_heads 5");
        Refused(SmallModels.Config() with { PadTokenId = 40 }, "pad_token_id 40");
        Refused(SmallModels.Config() with { HiddenDropoutProb = 1 }, "hidden_dropout_prob is 1");
        Refused(SmallModels.Config() with { NumHiddenLayers = 0 }, "sizes must be positive");
        Assert.Contains("BiGSForMaskedLM", Assert.Throws<ArgumentException>(
            () => HeadedModels.Create("BiGSForChess", SmallModels.Config(), SsmRoutes.Auto)).Message, StringComparison.Ordinal);
        Assert.Contains("tiny, mini, small, medium, base, large", Assert.Throws<ArgumentException>(() => Presets.Get("huge")).Message, StringComparison.Ordinal);
    }
}
