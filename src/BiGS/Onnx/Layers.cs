using BiGS.Configuration;

namespace BiGS.Onnx;

/// <summary>The model's layers in ONNX's operators, in the order of the data; each says what the module of its name in Models says. Rows come first: (b, l, d).</summary>
/// <param name="config">The model's shape.</param>
/// <param name="weights">Its weights.</param>
/// <param name="linear">How large matrices are multiplied.</param>
internal sealed class Layers(BiGSConfig config, IModelWeights weights, LinearLayers linear)
{
    private readonly bool _tanh = config.LayerAct == LayerActivation.GeluTanh;

    /// <summary>Embeddings, layers, and the last norm of a pre-norm STACK.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="ids">(b, l).</param>
    /// <param name="types">(b, l).</param>
    /// <param name="padding">Which positions hold text.</param>
    /// <returns>The last hidden states.</returns>
    public Value Encoded(Graph graph, Value ids, Value types, Padding padding)
    {
        Value x = Embedded(graph.In("embeddings"), ids, types);
        IRouting routing = config.Routing switch
        {
            Routing.Ssm => new SsmRouting(config, weights, linear, graph, ids, padding),
            Routing.Attention => new AttentionRouting(config, linear, padding),
            Routing.Hydra => new HydraRouting(config, weights, linear, graph, ids, padding),
            _ => throw NotWritten(config.Routing),
        };
        for (int n = 0; n < config.NumHiddenLayers; n++)
        {
            x = Block(graph.In($"layer.{n}"), x, $"bigs.encoder.layer.{n}.", routing);
        }

        return config is { Architecture: Architecture.Stack, PreNorm: true } ? Norm(graph, x, "bigs.encoder.LayerNorm") : x;
    }

    /// <summary>What is said of a mixer that only libtorch computes.</summary>
    public static NotSupportedException NotWritten(Routing routing) =>
        new($"BiGSConfig.Routing is {routing}, which is not written as ONNX; open the model with the TorchBackend of BiGS.Torch (OpenOptions.Backend).");

    public Value Norm(Graph graph, Value x, string name) => graph.AddNode(
        "LayerNormalization", [x, graph.Weight(weights, $"{name}.weight"), graph.Weight(weights, $"{name}.bias")], ("axis", -1L), ("epsilon", (float)config.LayerNormEps));

    private Value Embedded(Graph graph, Value ids, Value types)
    {
        const string Here = "bigs.embeddings.";
        Value x = linear.Words(graph, ids, $"{Here}word_embeddings.weight"); // (b, l, e)
        if (config.TypeVocabSize > 0)
        {
            x = graph.Plus(x, graph.AddNode("Gather", graph.Weight(weights, $"{Here}token_type_embeddings.weight"), types));
        }

        if (config.PositionEmbeddingType == PositionEmbedding.Absolute)
        {
            x = graph.Plus(x, graph.First(graph.Weight(weights, $"{Here}position_embeddings.weight"), graph.Size(ids, 1), axis: 0));
        }

        x = Norm(graph, x, $"{Here}LayerNorm");
        return config.EmbeddingWidth() == config.HiddenSize ? x : linear.Dense(graph, x, "bigs.embeddings_project");
    }

    private Value Block(Graph graph, Value x, string name, IRouting routing) =>
        config.Architecture == Architecture.Gated ? Gated(graph, x, name, routing) : Stacked(graph, x, name, routing);

    private Value Gated(Graph graph, Value x, string name, IRouting routing)
    {
        Value X = config.PreNorm ? Norm(graph, x, $"{name}LayerNorm") : x;
        Value V = Gelu(graph, linear.Dense(graph, X, $"{name}dv"));
        Value U = Gelu(graph, linear.Dense(graph, routing.Route(graph, X, name), $"{name}dol"));
        x = graph.Plus(x, linear.Dense(graph, graph.Times(U, V), $"{name}do"));
        return config.PreNorm ? x : Norm(graph, x, $"{name}LayerNorm");
    }

    private Value Stacked(Graph graph, Value x, string name, IRouting routing)
    {
        if (config.PreNorm)
        {
            x = graph.Plus(x, routing.Route(graph, Norm(graph, x, $"{name}LayerNorm"), name));
            return graph.Plus(x, FeedForward(graph, Norm(graph, x, $"{name}output_LayerNorm"), name));
        }

        x = Norm(graph, graph.Plus(x, routing.Route(graph, x, name)), $"{name}LayerNorm");
        return Norm(graph, graph.Plus(x, FeedForward(graph, x, name)), $"{name}output_LayerNorm");
    }

    private Value FeedForward(Graph graph, Value x, string name) =>
        linear.Dense(graph, Gelu(graph, linear.Dense(graph, x, $"{name}intermediate")), $"{name}output");

    private Value Gelu(Graph graph, Value x) => graph.Gelu(x, _tanh);
}

/// <summary>What fills the hole of a block: (b, l, d) → (b, l, d).</summary>
internal interface IRouting
{
    /// <param name="graph">The block's place.</param>
    /// <param name="X">Normalised.</param>
    /// <param name="name">The block's, as the checkpoint has it.</param>
    Value Route(Graph graph, Value X, string name);
}
