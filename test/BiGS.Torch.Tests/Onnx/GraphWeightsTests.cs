using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Onnx;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Onnx;

/// <summary>The numbers that an ONNX file holds are the model's, and those of an SSM are what libtorch computes of its parameters in double precision, rounded as they are in the file.</summary>
public class GraphWeightsTests
{
    private const double Limit = 1e-6;

    /// <summary>Positions of a chunk in models that are no longer than these.</summary>
    private const long Q = 128;

    public static TheoryData<BiGSConfig> Configs =>
    [
        SmallModels.Config(),
        SmallModels.Config() with { NumSsmHeads = 3, Discretization = DiscretizationRule.Bilinear },
        SmallModels.Config() with { MaxPositionEmbeddings = 700, StateSize = 16 },
        SmallModels.Config(Architecture.Stack) with { MaxPositionEmbeddings = 1_100, NumSsmHeads = 3, Merge = Merge.Add },
        SmallModels.Config() with { MaxPositionEmbeddings = 640, NumSsmHeads = 2, Discretization = DiscretizationRule.Bilinear, Merge = Merge.Concat },
    ];

    [Theory]
    [MemberData(nameof(Configs))]
    public void Numbers_are_those_of_libtorch(BiGSConfig config)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using HeadedModel model = SmallModels.Build(config);
        Dictionary<string, Tensor> held = Written(new ConfigFile(model.Config, model.Architecture, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>()), new TorchModelWeights(model));
        int constants = 0;
        foreach ((string name, S4D ssm) in model.named_modules().Where(m => m.module is S4D && m.name.StartsWith("bigs.", StringComparison.Ordinal)).Select(m => (m.name, (S4D)m.module)))
        {
            foreach ((string letter, Tensor expected) in Constants(ssm.Discretize(), ssm.Direction == BiGS.StateSpace.Direction.Forward, config.MaxPositionEmbeddings))
            {
                Distance.Within(Limit, held[$"{name}.{letter}"], expected.to_type(ScalarType.Float32), $"{name}.{letter}");
                constants++;
            }
        }

        Assert.Equal(2 * config.NumHiddenLayers * (config.MaxPositionEmbeddings > Q ? 5 : 1), constants);
        int weights = 0;
        foreach ((string name, var parameter) in model.named_parameters().Where(p => held.ContainsKey(p.name) || held.ContainsKey(p.name + ".T")))
        {
            Tensor actual = held.TryGetValue(name, out Tensor? whole) ? whole : held[name + ".T"].view([.. parameter.shape.Reverse()]).t();
            Assert.Equal(parameter.contiguous().data<float>().ToArray(), actual.contiguous().data<float>().ToArray());
            weights++;
        }

        Assert.Equal(held.Count(entry => !entry.Key.StartsWith("constant/", StringComparison.Ordinal)), weights + constants);
    }

    [Fact]
    public void A_weight_that_is_missing_is_named()
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config(), head: ModelHeads.QuestionAnswering);
        var config = new ConfigFile(model.Config, ModelHeads.TokenClassification, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>());
        string message = Assert.Throws<InvalidDataException>(() => Written(config, new TorchModelWeights(model))).Message;
        Assert.Contains("\"classifier.bias\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_is_not_written_is_named_with_those_that_are()
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config());
        var config = new ConfigFile(model.Config, "BiGSForChess", new Dictionary<string, System.Text.Json.Nodes.JsonNode?>());
        string message = Assert.Throws<ArgumentException>(() => Written(config, new TorchModelWeights(model))).Message;
        Assert.Contains("BiGSForChess", message, StringComparison.Ordinal);
        Assert.All(ModelHeads.All, head => Assert.Contains(head, message, StringComparison.Ordinal));
    }

    /// <summary>By TorchSharp's own formulas, in double precision.</summary>
    private static IEnumerable<(string Letter, Tensor Numbers)> Constants(DiscreteSystem system, bool forward, int maxPositions)
    {
        yield return ("K", system.ImpulseResponse(Math.Min(maxPositions, Q)));
        if (maxPositions <= Q)
        {
            yield break;
        }

        (Tensor into, Tensor outOf) = (ChunkedScan.IntoState(system, Q), ChunkedScan.OutOfState(system, Q));
        yield return ("V", forward ? into : outOf.transpose(1, 2));
        yield return ("W", forward ? outOf : into.transpose(1, 2));
        Tensor powers = system.Powers((maxPositions + Q - 1) / Q, step: Q);
        Tensor later = cat([zeros_like(powers.narrow(2, 0, 1)), powers.narrow(2, 0, powers.shape[2] - 1)], 2);
        yield return ("re", real(later));
        yield return ("im", imag(later));
    }

    /// <summary>The file's tensors of single precision by their names, as rows of numbers.</summary>
    private static Dictionary<string, Tensor> Written(ConfigFile config, IModelWeights weights)
    {
        string file = Path.Combine(Path.GetTempPath(), $"bigs-{Guid.NewGuid():N}.onnx");
        try
        {
            OnnxGraphFile.Write(config, weights, file);
            ProtobufField graph = ProtobufField.In(File.ReadAllBytes(file)).Single(field => field.Number == 7);
            return graph.Fields.Where(field => field.Number == 5).Select(weight => weight.Fields.ToArray()).ToDictionary(
                weight => weight.Single(field => field.Number == 8).Text,
                weight => tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weight.Single(field => field.Number == 9).Content.Span).ToArray()));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
