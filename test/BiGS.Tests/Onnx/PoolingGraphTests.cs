using BiGS.Onnx;
using BiGS.SentenceTransformers;
using Microsoft.ML.OnnxRuntime;

namespace BiGS.Tests.Onnx;

/// <summary>The vector that an exported graph makes of hidden states is the one that the pipelines make of them.</summary>
public class PoolingGraphTests
{
    private const int Rows = 3;
    private const int Length = 5;
    private const int Width = 4;

    public static TheoryData<string> Poolings => ["Cls", "Max", "Mean", "MeanSqrtLen", "WeightedMean", "LastToken", "Cls, Mean, Max", "Mean + dense", "Mean + dense + length 1"];

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Vectors_are_those_of_the_pipelines(string name)
    {
        string[] parts = name.Split(" + ");
        SentenceLayer[] layers = [.. parts[1..].Select(part => (SentenceLayer)(part == "dense" ? Dense() : new UnitLengthLayer()))];
        var pooling = new SentencePooling([.. parts[0].Split(", ").Select(Enum.Parse<PoolingMode>)], layers);
        var random = new Random(4);
        float[] states = [.. Enumerable.Range(0, Rows * Length * Width).Select(_ => (float)(random.NextDouble() - 0.7))];
        long[] mask = [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0];

        var graph = new Graph();
        Value last = graph.Input("states", OnnxType.Float, "batch", "sequence", $"{Width}");
        Value textMask = graph.Input("mask", OnnxType.Int64, "batch", "sequence");
        graph.Output("vector", new PoolingGraph(graph, last, textMask).Vector(pooling), "batch", $"{pooling.Width(Width)}");
        using var stream = new MemoryStream();
        graph.ToModel("pooling", new Dictionary<string, string>()).WriteTo(stream);
        using var session = new InferenceSession(stream.ToArray());
        using var run = new RunOptions();
        using OrtValue statesValue = OrtValue.CreateTensorValueFromMemory(states, [Rows, Length, Width]);
        using OrtValue maskValue = OrtValue.CreateTensorValueFromMemory(mask, [Rows, Length]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["states", "mask"], [statesValue, maskValue], ["vector"]);

        float[] actual = results[0].GetTensorDataAsSpan<float>().ToArray();
        double[] expected = [.. Enumerable.Range(0, Rows).SelectMany(row => pooling.Pool(states.AsSpan(row * Length * Width, Length * Width), mask.AsSpan(row * Length, Length)))];
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static SentenceDense Dense()
    {
        var random = new Random(8);
        float[] Drawn(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return new SentenceDense(6, Width, Drawn(6 * Width), Drawn(6), tanh: true);
    }
}
