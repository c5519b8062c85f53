namespace BiGS.Onnx;

/// <summary>The operations that models are made of, by the names of the field.</summary>
internal static class Operators
{
    public static Value Plus(this Graph graph, Value a, Value b) => graph.AddNode("Add", a, b);

    public static Value Times(this Graph graph, Value a, Value b) => graph.AddNode("Mul", a, b);

    public static Value Product(this Graph graph, Value a, Value b) => graph.AddNode("MatMul", a, b);

    /// <summary>Single precision from whatever it was.</summary>
    public static Value ToFloat(this Graph graph, Value x) => graph.AddNode("Cast", [x], ("to", (long)OnnxType.Float));

    /// <summary>
    /// GELU, exact or by its tanh form, in the order of operations that ONNX Runtime fuses into one:
    /// <code>
    /// x (1 + erf(x / √2)) · ½      or      ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
    /// </code>
    /// </summary>
    public static Value Gelu(this Graph graph, Value x, bool tanh = false)
    {
        if (!tanh)
        {
            Value erf = graph.AddNode("Erf", graph.AddNode("Div", x, graph.Number(float.Sqrt(2))));
            return graph.Times(graph.Times(x, graph.Plus(erf, graph.Number(1f))), graph.Number(0.5f));
        }

        Value cube = graph.Times(graph.AddNode("Pow", x, graph.Number(3f)), graph.Number(0.044715f));
        Value inner = graph.Times(graph.Plus(x, cube), graph.Number(float.Sqrt(2 / float.Pi)));
        return graph.Times(graph.Times(x, graph.Number(0.5f)), graph.Plus(graph.AddNode("Tanh", inner), graph.Number(1f)));
    }

    public static Value Transposed(this Graph graph, Value x, params long[] order) => graph.AddNode("Transpose", [x], ("perm", order));

    /// <summary>Other dimensions for the same numbers: 0 keeps one, −1 takes what is left.</summary>
    public static Value Reshaped(this Graph graph, Value x, params long[] shape) => graph.AddNode("Reshape", x, graph.Numbers(shape));

    /// <summary>One more dimension, of size 1.</summary>
    public static Value Unsqueezed(this Graph graph, Value x, long axis) => graph.AddNode("Unsqueeze", x, graph.Numbers(axis));

    /// <summary>Values one after another along a dimension.</summary>
    public static Value Joined(this Graph graph, long axis, IEnumerable<Value> values) => values.ToArray() is [var only] ? only : graph.AddNode("Concat", [.. values], ("axis", axis));

    /// <summary>The size of one dimension, (1).</summary>
    public static Value Size(this Graph graph, Value x, long axis) =>
        graph.AddNode("Gather", [graph.AddNode("Shape", x), graph.Numbers(axis)], ("axis", 0L));

    /// <summary>The first of a dimension.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="x">Of which.</param>
    /// <param name="count">How many, (1).</param>
    /// <param name="axis">Along which dimension.</param>
    public static Value First(this Graph graph, Value x, Value count, long axis) =>
        graph.AddNode("Slice", x, graph.Numbers(0), count, graph.Numbers(axis));
}
