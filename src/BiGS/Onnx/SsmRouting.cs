using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// Two SSMs, one reading forward and one backward, merged. As in libtorch, rows of up to 512 positions are filtered by one Toeplitz matrix, and longer ones by
/// chunks; a graph of a model that reads longer rows holds both ways, and the rows at hand decide.
/// </summary>
internal sealed class SsmRouting : IRouting
{
    private readonly BiGSConfig _config;
    private readonly LinearLayers _linear;
    private readonly Padding _padding;
    private readonly ToeplitzFilter _short;
    private readonly ChunkedFilter? _long;
    private readonly Value _isShort;

    public SsmRouting(BiGSConfig config, IModelWeights weights, LinearLayers linear, Graph graph, Value ids, Padding padding)
    {
        _config = config;
        _linear = linear;
        _padding = padding;
        Graph here = graph.In("positions");
        Value length = here.Size(ids, 1);
        var constants = new SsmConstants(config, weights);
        _short = new ToeplitzFilter(config, constants, here, length);
        if (config.MaxPositionEmbeddings > ToeplitzFilter.Longest)
        {
            _long = new ChunkedFilter(config, constants, here, length);
            _isShort = here.AddNode("LessOrEqual", length, here.Numbers(ToeplitzFilter.Longest));
        }
    }

    /// <inheritdoc/>
    public Value Route(Graph graph, Value X, string name)
    {
        Value F = Filtered(graph.In("fs4"), Input(graph, X, $"{name}du_forward"), $"{name}fs4", Direction.Forward);
        Value B = Filtered(graph.In("bs4"), Input(graph, X, $"{name}du_backward"), $"{name}bs4", Direction.Backward);
        if (_config.Merge == Merge.Concat)
        {
            return _linear.Dense(graph, graph.AddNode("Concat", [F, B], ("axis", -1L)), $"{name}merge");
        }

        Value U1 = _linear.Dense(graph, F, $"{name}duc_forward");
        Value U2 = _linear.Dense(graph, B, $"{name}duc_backward");
        return _config.Merge == Merge.Multiply ? graph.Times(U1, U2) : graph.Plus(U1, U2);
    }

    private Value Input(Graph graph, Value X, string name)
    {
        Value u = graph.Gelu(_linear.Dense(graph, X, name), _config.LayerAct == LayerActivation.GeluTanh);
        return _config.MaskPadding ? graph.Times(u, _padding.Keep) : u;
    }

    /// <summary>y = K ∗ u + D u for every head: (b, l, d) → (b, l, d).</summary>
    private Value Filtered(Graph graph, Value u, string name, Direction direction)
    {
        Value T = _short.Matrix(graph, name, direction);
        return _long is null
            ? _short.Filtered(graph, u, T)
            : graph.If(_isShort, then => _short.Filtered(then, u, T), otherwise => _long.Filtered(otherwise, u, T, name, direction));
    }
}
