namespace BiGS.Onnx;

/// <summary>How a graph multiplies by the model's large matrices: the dense layers, and the table of words that the masked-word decoder shares.</summary>
/// <param name="weights">The model's.</param>
internal abstract class LinearLayers(IModelWeights weights)
{
    protected IModelWeights Weights => weights;

    /// <summary>x Wᵀ + b; of several layers that take the same x, the results side by side, by one product.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="x">(…, in).</param>
    /// <param name="names">The dense layers', as the checkpoint has them.</param>
    public Value Dense(Graph graph, Value x, params string[] names)
    {
        Graph here = Place(graph, names);
        return Layer(here, x, [.. names.Select(WeightOf)], here.Joined(0, names.Select(name => Bias(here, name))));
    }

    /// <summary>x₁ W₁ᵀ + b₁ + x₂ W₂ᵀ + b₂ + …, where x₁, x₂, … are side by side.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="x">(…, in₁ + in₂ + …).</param>
    /// <param name="names">The dense layers', as the checkpoint has them.</param>
    public Value DenseSum(Graph graph, Value x, params string[] names)
    {
        Graph here = Place(graph, names);
        return SumOfLayers(here, x, [.. names.Select(WeightOf)], names.Select(name => Bias(here, name)).Aggregate(here.Plus));
    }

    /// <summary>The embeddings of words: (b, l) → (b, l, d).</summary>
    public abstract Value Words(Graph graph, Value ids, string table);

    /// <summary>How each word of the table fits, plus a bias of each: (…, d) → (…, v).</summary>
    public abstract Value Decoded(Graph graph, Value x, string table, Value bias);

    /// <summary>x Wᵀ + b of every weight, side by side.</summary>
    protected abstract Value Layer(Graph graph, Value x, string[] names, Value bias);

    /// <summary>The sum of x₁ W₁ᵀ, x₂ W₂ᵀ, …, and b, where x₁, x₂, … are side by side.</summary>
    protected abstract Value SumOfLayers(Graph graph, Value x, string[] names, Value bias);

    private static Graph Place(Graph graph, string[] names) => graph.In(string.Join('+', names.Select(name => name[(name.LastIndexOf('.') + 1)..])));

    private static string WeightOf(string layer) => $"{layer}.weight";

    private Value Bias(Graph graph, string layer) => graph.Weight(weights, $"{layer}.bias");
}

/// <summary>In single precision, as the checkpoint has them.</summary>
internal sealed class Float32LinearLayers(IModelWeights weights) : LinearLayers(weights)
{
    public override Value Words(Graph graph, Value ids, string table) => graph.AddNode("Gather", graph.Weight(Weights, table), ids);

    public override Value Decoded(Graph graph, Value x, string table, Value bias) =>
        graph.Plus(graph.Product(x, graph.Transposed(graph.Weight(Weights, table), 1, 0)), bias);

    protected override Value Layer(Graph graph, Value x, string[] names, Value bias) =>
        graph.Plus(graph.Product(x, graph.Joined(1, names.Select(name => Matrix(graph, name)))), bias);

    protected override Value SumOfLayers(Graph graph, Value x, string[] names, Value bias) =>
        graph.Plus(graph.Product(x, graph.Joined(0, names.Select(name => Matrix(graph, name)))), bias);

    /// <summary>Wᵀ: (in, out), as products take it without a copy.</summary>
    private Value Matrix(Graph graph, string name)
    {
        long[] shape = Weights.Dimensions(name);
        return graph.Weight($"{name}.T", OnnxType.Float, [shape[1], shape[0]], () => Weights.Transposed(name));
    }
}
