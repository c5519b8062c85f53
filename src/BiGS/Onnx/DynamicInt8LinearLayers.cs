namespace BiGS.Onnx;

/// <summary>
/// In whole numbers of eight bits by ONNX Runtime's own operator, which rounds, multiplies, scales and adds the bias in one pass: weights by the largest of their
/// column, what is multiplied by the range of its batch (so that texts of one batch change each other's answers by as much as the rounding does).
/// <code>
/// x ≈ s (q − z),  W ≈ r_j V,  |V| ≤ 63   ⇒   x W + b ≈ s r_j (q − z) V + b
/// </code>
/// V has seven of the eight bits: processors without VNNI sum pairs of products in sixteen bits, which 255 · 63 · 2 does not overflow. They are then as exact
/// as the others, and faster than with unsigned weights.
/// </summary>
internal sealed class DynamicInt8LinearLayers(IModelWeights weights) : LinearLayers(weights)
{
    private const float Largest = 63;

    /// <inheritdoc/>
    public override Value Words(Graph graph, Value ids, string table)
    {
        long[] shape = Weights.Dimensions(table); // (v, d)
        (Value words, Value scales) = Held(graph, $"{table}.rows", shape, scaleAxis: 0, () => Weights.Read(table), sbyte.MaxValue);
        return graph.Times(graph.ToFloat(graph.AddNode("Gather", words, ids)), graph.Unsqueezed(graph.AddNode("Gather", scales, ids), -1));
    }

    /// <inheritdoc/>
    public override Value Decoded(Graph graph, Value x, string table, Value bias) => Product(graph, x, [table], bias, stacked: false);

    /// <inheritdoc/>
    protected override Value Layer(Graph graph, Value x, string[] names, Value bias) => Product(graph, x, names, bias, stacked: false);

    /// <inheritdoc/>
    protected override Value SumOfLayers(Graph graph, Value x, string[] names, Value bias) => Product(graph, x, names, bias, stacked: true);

    /// <param name="graph">Where.</param>
    /// <param name="x">(…, in).</param>
    /// <param name="names">Weights, (out, in) each.</param>
    /// <param name="bias">(out).</param>
    /// <param name="stacked">Whether the weights stand on top of each other, for inputs that are side by side; side by side if not.</param>
    private Value Product(Graph graph, Value x, string[] names, Value bias, bool stacked)
    {
        long[][] shapes = [.. names.Select(Weights.Dimensions)];
        long[] shape = stacked ? [shapes.Sum(one => one[1]), shapes[0][0]] : [shapes[0][1], shapes.Sum(one => one[0])];
        (Value V, Value r) = Held(graph, string.Join('+', names), shape, scaleAxis: 1, () => Matrix(names, shape, stacked), Largest);
        return graph.AddContribNode("DynamicQuantizeMatMul", [x, V, r, graph.None, bias]);
    }

    /// <summary>Wᵀ of all the weights: (in, out).</summary>
    private float[] Matrix(string[] names, long[] shape, bool stacked)
    {
        float[] matrix = new float[shape[0] * shape[1]];
        int at = 0;
        foreach (string name in names)
        {
            float[] part = Weights.Transposed(name);
            if (stacked)
            {
                part.CopyTo(matrix, at);
                at += part.Length;
                continue;
            }

            int columns = part.Length / (int)shape[0];
            for (int row = 0; row < shape[0]; row++)
            {
                part.AsSpan(row * columns, columns).CopyTo(matrix.AsSpan((row * (int)shape[1]) + at));
            }

            at += columns;
        }

        return matrix;
    }

    private static (Value Rounded, Value Scales) Held(Graph graph, string name, long[] shape, int scaleAxis, Func<float[]> numbers, float largest)
    {
        var matrix = new RoundedMatrix(shape, scaleAxis, largest, numbers);
        return (
            graph.Weight($"{name}.int8", OnnxType.Int8, shape, matrix.Values),
            graph.Weight($"{name}.scales", OnnxType.Float, [shape[scaleAxis]], matrix.Scales));
    }
}
