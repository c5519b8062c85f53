using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.SentenceTransformers;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Onnx;

namespace BiGS.Torch.Tests.Onnx;

/// <summary>What ONNX Runtime computes of an exported model is what libtorch computes of the model.</summary>
public class OnnxExportTests
{
    public static TheoryData<string, Architecture, Routing> HeadsAndForms => new MatrixTheoryData<string, Architecture, Routing>(
        [
            "BiGSForMaskedLM", "BiGSForSequenceClassification", "BiGSForTokenClassification", "BiGSForQuestionAnswering", "BiGSForMultipleChoice",
            "BiGSForEmbedding", ModelHeads.Encoder,
        ],
        Enum.GetValues<Architecture>(),
        Enum.GetValues<Routing>());

    [Theory]
    [MemberData(nameof(HeadsAndForms))]
    public void EveryHeadOfEveryModelAnswersTheSame(string head, Architecture architecture, Routing routing) =>
        AnswersTheSame(SmallModels.Config(architecture, routing), head);

    public static TheoryData<string, BiGSConfig> Variants
    {
        get
        {
            BiGSConfig gated = SmallModels.Config();
            BiGSConfig stack = SmallModels.Config(Architecture.Stack);
            return new TheoryData<string, BiGSConfig>
            {
                { "add", gated with { Merge = Merge.Add } },
                { "concat", gated with { Merge = Merge.Concat } },
                { "three kernels", gated with { NumSsmHeads = 3 } },
                { "three kernels, concat", stack with { NumSsmHeads = 3, Merge = Merge.Concat } },
                { "hears padding", gated with { MaskPadding = false } },
                { "no positions", gated with { PositionEmbeddingType = PositionEmbedding.None } },
                { "no positions, attention", SmallModels.Config(Architecture.Stack, Routing.Attention) with { PositionEmbeddingType = PositionEmbedding.None } },
                { "tanh", gated with { LayerAct = LayerActivation.GeluTanh } },
                { "tanh, stack", stack with { LayerAct = LayerActivation.GeluTanh } },
                { "bilinear", gated with { Discretization = DiscretizationRule.Bilinear } },
                { "post-norm", gated with { PreNorm = false } },
                { "post-norm, stack", stack with { PreNorm = false } },
                { "long", gated with { MaxPositionEmbeddings = 700 } },
                { "long, three kernels", stack with { MaxPositionEmbeddings = 1_100, NumSsmHeads = 3, Merge = Merge.Add } },
                { "long, hydra", SmallModels.Config(routing: Routing.Hydra) with { MaxPositionEmbeddings = 700, NumSsmHeads = 3 } },
                { "no positions, hydra", SmallModels.Config(Architecture.Stack, Routing.Hydra) with { PositionEmbeddingType = PositionEmbedding.None, NumSsmHeads = 2 } },
                { "long, bilinear, hears padding", gated with { MaxPositionEmbeddings = 640, Discretization = DiscretizationRule.Bilinear, MaskPadding = false } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void SoDoesEveryVariant(string name, BiGSConfig config)
    {
        Assert.NotEmpty(name);
        AnswersTheSame(config);
    }

    [Theory]
    [InlineData(PoolerType.NonPaddingMean)]
    [InlineData(PoolerType.Mean)]
    [InlineData(PoolerType.Cls)]
    public void SoDoesEveryPooler(PoolerType pooler) =>
        AnswersTheSame(SmallModels.Config() with { PoolerType = pooler }, "BiGSForSequenceClassification");

    /// <summary>Weights of eight bits: near the model's answers, in a quarter of the bytes, and a token's answer is its own.</summary>
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EightBitsAreNear(Architecture architecture, Routing routing)
    {
        BiGSConfig config = SmallModels.Config(architecture, routing) with { HiddenSize = 24, IntermediateSize = 72 };
        using HeadedModel model = SmallModels.Build(config);
        WithFile(model, int8: true, file =>
        {
            using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
            OutputDistance logits = OnnxCheck.Compare(model, onnx, 1, 1, 9, 40).Single(output => output.Output == "logits");
            Assert.InRange(logits.RmsDistance, 1e-4, OnnxCheck.Int8Limit);
            Assert.InRange(logits.SameFirst!.Value, 0.85, 1);

            long[] Ids(int rows) => [.. Enumerable.Range(1, rows * 8).Select(i => (long)(i % 37) + 1)];
            long[] mask = [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
            float[] together = onnx.Run([2, 8], Ids(2), mask, new long[16], ["logits"])[0].Values;
            float[] alone = onnx.Run([1, 5], Ids(2)[..5], mask[..5], new long[5], ["logits"])[0].Values;
            Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.05));
        });
    }

    /// <summary>The comparison can fail: another model's file is far away.</summary>
    [Fact]
    public void AnotherModelIsFarAway() => WithFile((model, file) =>
    {
        using HeadedModel other = SmallModels.Build(SmallModels.Config(), seed: 2);
        using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
        Assert.All(OnnxCheck.Compare(other, onnx, 1, 9), output => Assert.InRange(output.Distance, 0.1, double.MaxValue));
    });

    /// <summary>Any runtime may read it: every operator is one of the standard's own, in a version that is named.</summary>
    [Fact]
    public void ThereAreStandardOperatorsOnly() => WithFile((_, file) =>
    {
        ProtobufField[] model = [.. ProtobufField.In(File.ReadAllBytes(file))];
        ProtobufField operators = Assert.Single(model, field => field.Number == 8);
        Assert.Equal("", operators.Fields.First(field => field.Number == 1).Text);
        ProtobufField[] nodes = [.. model.Single(field => field.Number == 7).Fields.Where(field => field.Number == 1)];
        Assert.True(nodes.Length > 50);
        Assert.All(nodes, node => Assert.DoesNotContain(node.Fields, field => field.Number == 7 && field.Text.Length > 0));
    });

    /// <summary>Of a file's outputs, one by itself is what it is among all; scores at some places are those among all places.</summary>
    [Fact]
    public void APartOfAModelSaysTheSame() => WithFile((model, file) =>
    {
        using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
        long[] ids = [.. Enumerable.Range(1, 12).Select(i => (long)i)];
        long[] ones = [.. ids.Select(_ => 1L)];
        long[] zeros = new long[12];
        var all = onnx.Run([2, 6], ids, ones, zeros, ["logits", "last_hidden_state"]);
        var states = onnx.Run([2, 6], ids, ones, zeros, ["last_hidden_state"])[0];
        Assert.Equal(all[1].Values, states.Values);
        (int v, int d) = (model.Config.VocabSize, model.Config.HiddenSize);
        var some = onnx.Logits([.. states.Values[(3 * d)..(4 * d)], .. states.Values[(10 * d)..(11 * d)]]);
        Assert.Equal([1, 2, v], some.Shape);
        float[] expected = [.. all[0].Values[(3 * v)..(4 * v)], .. all[0].Values[(10 * v)..(11 * v)]];
        Assert.All(expected.Zip(some.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Contains("no start_logits", Assert.Throws<ArgumentException>(() => onnx.Run([2, 6], ids, ones, zeros, ["start_logits"])).Message, StringComparison.Ordinal);
    });

    /// <summary>A file that is cut off or written over is refused with its name, wherever that happened.</summary>
    [Fact]
    public void WhatIsNoModelIsRefused() => WithFile((_, file) =>
    {
        byte[] whole = File.ReadAllBytes(file);
        var random = new Random(5);
        for (int i = 0; i < 40; i++)
        {
            byte[] broken = i % 2 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            if (i % 2 == 1)
            {
                random.NextBytes(broken.AsSpan(random.Next(200), 20));
            }

            File.WriteAllBytes(file, broken);
            Exception? refused = Record.Exception(() =>
            {
                using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
                onnx.Run([1, 2], [1, 2], [1, 1], [0, 0], ["logits"]);
            });
            Assert.True(refused is InvalidDataException or ArgumentException or null, $"{i}: {refused}");
            Assert.True(refused is not null || i % 2 == 1, $"{i}: a part of a model was taken for a whole one");
        }

        Assert.Contains("or onnx/model.onnx", Assert.Throws<FileNotFoundException>(() => OnnxModel.Open(Path.GetTempPath())).Message, StringComparison.Ordinal);
    });

    private static void WithFile(Action<HeadedModel, string> test)
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        WithFile(model, int8: false, file => test(model, file));
    }

    private static void WithFile(HeadedModel model, bool int8, Action<string> test, string? head = null)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bigs-{Guid.NewGuid():N}.onnx");
        try
        {
            var config = new ConfigFile(model.Config, head ?? model.Architecture, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>());
            OnnxExport.Write(model, config, file, int8, config.Architecture == ModelHeads.Embedding ? SentencePooling.Mean : null);
            test(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void AnswersTheSame(BiGSConfig config, string head = "BiGSForMaskedLM")
    {
        using HeadedModel model = SmallModels.Build(config, head: head == ModelHeads.Encoder ? "BiGSForMaskedLM" : head);
        WithFile(model, int8: false, file =>
        {
            using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
            IReadOnlyList<OutputDistance> outputs = OnnxCheck.Compare(
                model, onnx, 1, [.. ((int[])[1, 9, 17, 64, 65, 512, 513]).Where(length => length < config.MaxPositionEmbeddings), config.MaxPositionEmbeddings]);
            Assert.Equal(Expected(head), outputs.Select(output => output.Output).Order(StringComparer.Ordinal));
            Assert.All(outputs, output => Assert.InRange(output.Distance, 0, OnnxCheck.Limit));
        }, head);
    }

    private static string[] Expected(string head) => head switch
    {
        ModelHeads.Encoder => ["last_hidden_state"],
        "BiGSForEmbedding" => ["last_hidden_state", "sentence_embedding"],
        "BiGSForQuestionAnswering" => ["end_logits", "last_hidden_state", "start_logits"],
        "BiGSForSequenceClassification" or "BiGSForMultipleChoice" => ["last_hidden_state", "logits", "pooler_output"],
        _ => ["last_hidden_state", "logits"],
    };
}
