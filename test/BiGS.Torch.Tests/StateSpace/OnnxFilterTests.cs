using BiGS.Configuration;
using BiGS.Onnx;
using BiGS.StateSpace;
using BiGS.Support;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.StateSpace;

/// <summary>What ONNX Runtime computes of an SSM's part of a graph is what the definition says, by matrix and by chunks.</summary>
public class OnnxFilterTests
{
    private const string Name = "bigs.encoder.layer.0.fs4";

    public static TheoryData<int, bool, Direction> Systems =>
        new MatrixTheoryData<int, bool, Direction>([1, 3], [false, true], [Direction.Forward, Direction.Backward]);

    [Theory]
    [MemberData(nameof(Systems))]
    public void The_matrix_agrees_with_the_definition(int heads, bool bilinear, Direction direction) => Compare(
        heads, bilinear, direction, maxPositions: 120, lengths: [1, 2, 77, 120], (config, constants, graph, u, length) =>
        {
            var filter = new ToeplitzFilter(config, constants, graph, length);
            return filter.Filtered(graph, u, filter.Matrix(graph, (Name, direction)));
        });

    [Theory]
    [MemberData(nameof(Systems))]
    public void Chunks_agree_with_the_definition(int heads, bool bilinear, Direction direction) => Compare(
        heads, bilinear, direction, maxPositions: 700, lengths: [1, 127, 128, 129, 513, 700], (config, constants, graph, u, length) =>
        {
            Value T = new ToeplitzFilter(config, constants, graph, length).Matrix(graph, (Name, direction));
            return new ChunkedFilter(config, constants, graph, length).Filtered(graph, u, T, (Name, direction));
        });

    private static void Compare(
        int heads, bool bilinear, Direction direction, int maxPositions, int[] lengths, Func<BiGSConfig, SsmConstants, Graph, Value, Value, Value> filter)
    {
        var config = new BiGSConfig
        {
            HiddenSize = heads * 2,
            NumSsmHeads = heads,
            StateSize = 5,
            MaxPositionEmbeddings = maxPositions,
            Discretization = bilinear ? DiscretizationRule.Bilinear : DiscretizationRule.Zoh,
        };
        RandomSsm weights = new(heads, config.StateSize);
        var graph = new Graph();
        Value u = graph.Input("u", OnnxType.Float, "batch", "sequence", $"{config.HiddenSize}");
        graph.Output("y", filter(config, new SsmConstants(config, weights), graph, u, graph.Size(u, 1)), "batch", "sequence", $"{config.HiddenSize}");
        using var stream = new MemoryStream();
        graph.ToModel("filter", new Dictionary<string, string>()).WriteTo(stream);
        using var session = new InferenceSession(stream.ToArray());
        using var run = new RunOptions();
        foreach (int length in lengths)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)length);
            Tensor input = empty(2, length, heads, 2).normal_(generator: generator); // (b, l, m, d/m)
            using OrtValue value = OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), [2, length, config.HiddenSize]);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["u"], [value], ["y"]);
            Tensor actual = tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), [2, length, heads, 2]);
            Tensor byHead = input.permute(2, 1, 0, 3).reshape(heads, length, 4); // (m, l, c)
            Tensor expected = Definition.Filtered(weights.Systems(bilinear), byHead, direction).reshape(heads, length, 2, 2).permute(2, 1, 0, 3);
            Distance.Within(Distance.Outputs, actual, expected, $"{heads} heads, bilinear {bilinear}, {direction}, length {length}");
        }
    }

    /// <summary>The parameters of one SSM under their checkpoint's names.</summary>
    private sealed class RandomSsm : IModelWeights
    {
        private readonly Dictionary<string, float[]> _arrays;

        public RandomSsm(int heads, int stateSize)
        {
            var random = new Random(heads);
            float[] Drawn(int count, double from, double to) => [.. Enumerable.Range(0, count).Select(_ => (float)(from + (random.NextDouble() * (to - from))))];
            _arrays = new Dictionary<string, float[]>
            {
                [$"{Name}.kernel.A_re"] = Drawn(heads * stateSize, -0.8, 0.1),
                [$"{Name}.kernel.A_im"] = Drawn(heads * stateSize, -20, 20),
                [$"{Name}.kernel.C"] = Drawn(heads * stateSize * 2, -1, 1),
                [$"{Name}.kernel.log_step"] = Drawn(heads, -4, 0),
                [$"{Name}.D"] = Drawn(heads, -1, 1),
            };
        }

        public bool Has(string name) => _arrays.ContainsKey(name);

        public long[] Shape(string name) => [_arrays[name].Length];

        public float[] Read(string name) => _arrays[name];

        public DiscreteStateSpaceModel[] Systems(bool bilinear) => Definition.Of(
            Read($"{Name}.kernel.A_re"), Read($"{Name}.kernel.A_im"), Read($"{Name}.kernel.C"), Read($"{Name}.kernel.log_step"), Read($"{Name}.D"), bilinear);
    }
}
