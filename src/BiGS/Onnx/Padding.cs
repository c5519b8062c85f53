namespace BiGS.Onnx;

/// <summary>Which positions hold text, in the forms that parts of a model ask for.</summary>
/// <param name="graph">Where.</param>
/// <param name="mask">(b, l), 1 = text, 0 = padding.</param>
internal sealed class Padding(Graph graph, Value mask)
{
    /// <summary>A factor for (b, l, d): 1 at text, 0 at padding. (b, l, 1).</summary>
    public Value Keep { get; } = graph.Unsqueezed(graph.ToFloat(mask), -1);

    /// <summary>What attention adds to its scores: 0 at text, so much less at padding that nothing of it is left. (b, 1, 1, l).</summary>
    public Value Unseen(Graph here) => here.AddNode(
        "Where",
        here.AddNode("Cast", [here.AddNode("Unsqueeze", mask, here.Numbers(1, 2))], ("to", (long)OnnxType.Bool)),
        here.Number(0f),
        here.Number(float.MinValue));
}
