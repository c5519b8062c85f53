namespace BiGS.Onnx;

/// <summary>
/// In whole numbers of eight bits: weights by the largest of their column, what is multiplied by the largest of its own token. So neither company nor
/// padding changes an answer, as it would with one scale for a batch; and a column or token of large numbers costs the others nothing.
/// <code>
/// x ≈ s_t (q − 128),  W ≈ r_j (V − 128)   ⇒   x W ≈ s_t r_j ((q − 128) (V − 128))
/// </code>
/// Both sides are unsigned: unsigned times signed is summed in pairs of sixteen bits by processors without VNNI, which overflows.
/// </summary>
internal sealed class Int8LinearLayers(IModelWeights weights) : LinearLayers(weights)
{
    /// <summary>What multiplies, by ONNX's name.</summary>
    public const string Operator = "MatMulInteger";

    private const float Largest = sbyte.MaxValue;
    private const float Middle = 128;
    private const float Tiny = 1e-30f;

    /// <summary>What several layers read is rounded once.</summary>
    private readonly Dictionary<Value, (Value Rounded, Value Scale)> _rounded = [];

    public override Value Words(Graph graph, Value ids, string table)
    {
        (Value rounded, Value scales) = Columns(graph, table, Weights.Dimensions(table), () => Weights.Transposed(table));
        Value rows = graph.Transposed(rounded, 1, 0); // (v, d)
        Value words = graph.Plus(graph.ToFloat(graph.AddNode("Gather", rows, ids)), graph.Number(-Middle));
        return graph.Times(words, graph.Unsqueezed(graph.AddNode("Gather", scales, ids), -1));
    }

    public override Value Decoded(Graph graph, Value x, string table, Value bias) => Layer(graph, x, [table], bias);

    protected override Value Layer(Graph graph, Value x, string[] names, Value bias) => graph.Plus(Product(graph, x, names), bias);

    /// <summary>Each by itself, since a column has one scale for all that it is multiplied by.</summary>
    protected override Value SumOfLayers(Graph graph, Value x, string[] names, Value bias) =>
        graph.AddNode("Split", [x], names.Length, ("axis", -1L)).Zip(names, (part, name) => Product(graph, part, [name])).Append(bias).Aggregate(graph.Plus);

    private Value Product(Graph graph, Value x, string[] names)
    {
        (Value q, Value s) = Tokens(graph, x);
        (Value Rounded, Value Scales)[] columns = [.. names.Select(name => Columns(graph, name, Weights.Dimensions(name), () => Weights.Transposed(name)))];
        (Value V, Value r) = (graph.Joined(1, columns.Select(matrix => matrix.Rounded)), graph.Joined(0, columns.Select(matrix => matrix.Scales)));
        return graph.Times(graph.Times(graph.ToFloat(graph.AddNode(Operator, q, V, graph.Byte((byte)Middle), graph.Byte((byte)Middle))), s), r);
    }

    /// <summary>q and s of a token: (…, in) and (…, 1).</summary>
    private (Value Rounded, Value Scale) Tokens(Graph graph, Value x)
    {
        if (!_rounded.TryGetValue(x, out (Value, Value) known))
        {
            Value largest = graph.AddNode("ReduceMax", [graph.AddNode("Abs", x)], ("axes", new long[] { -1 }));
            Value scale = graph.AddNode("Div", graph.AddNode("Max", largest, graph.Number(Tiny)), graph.Number(Largest));
            Value moved = graph.Plus(graph.AddNode("Div", x, scale), graph.Number(Middle));
            Value rounded = graph.AddNode("Cast", [graph.AddNode("Round", moved)], ("to", (long)OnnxType.UInt8));
            _rounded[x] = known = (rounded, scale);
        }

        return known;
    }

    /// <summary>V and r of a weight (out, in): (in, out) and (out).</summary>
    private static (Value Rounded, Value Scales) Columns(Graph graph, string name, long[] shape, Func<float[]> columns)
    {
        long[] transposed = [shape[1], shape[0]];
        var matrix = new RoundedMatrix(transposed, axis: 1, Largest, columns);
        Value scales = graph.Weight($"{name}.scales", OnnxType.Float, [shape[0]], matrix.Scales);
        Value rounded = graph.Weight($"{name}.int8", OnnxType.UInt8, transposed, () => matrix.Values().Select(value => (byte)(value + (int)Middle)).ToArray());
        return (rounded, scales);
    }
}
