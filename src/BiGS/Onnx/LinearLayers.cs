namespace BiGS.Onnx;

/// <summary>How a graph multiplies by the model's large matrices: the dense layers, and the table of words that the masked-word decoder shares.</summary>
/// <param name="weights">The model's.</param>
internal abstract class LinearLayers(IModelWeights weights)
{
    protected IModelWeights Weights => weights;

    /// <summary>x Wᵀ + b.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="x">(…, in).</param>
    /// <param name="name">The dense layer's, as the checkpoint has it.</param>
    public Value Dense(Graph graph, Value x, string name)
    {
        Graph here = graph.In(name[(name.LastIndexOf('.') + 1)..]);
        return here.Plus(Product(here, x, $"{name}.weight"), here.Weight(weights, $"{name}.bias"));
    }

    /// <summary>The embeddings of words: (b, l) → (b, l, d).</summary>
    public abstract Value Words(Graph graph, Value ids, string table);

    /// <summary>How each word of the table fits: (…, d) → (…, v).</summary>
    public abstract Value Decoded(Graph graph, Value x, string table);

    protected abstract Value Product(Graph graph, Value x, string weight);
}

/// <summary>In single precision, as the checkpoint has them.</summary>
internal sealed class Float32LinearLayers(IModelWeights weights) : LinearLayers(weights)
{
    public override Value Words(Graph graph, Value ids, string table) => graph.AddNode("Gather", graph.Weight(Weights, table), ids);

    public override Value Decoded(Graph graph, Value x, string table) =>
        graph.Product(x, graph.Transposed(graph.Weight(Weights, table), 1, 0));

    protected override Value Product(Graph graph, Value x, string weight)
    {
        long[] shape = Weights.Dimensions(weight);
        return graph.Product(x, graph.Weight($"{weight}.T", OnnxType.Float, [shape[1], shape[0]], () => Weights.Transposed(weight)));
    }
}
