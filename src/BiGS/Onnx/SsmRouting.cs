using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// Two SSMs, one reading forward and one backward, merged. Both are computed side by side, each product once for both. Rows of up to one chunk are filtered by
/// one Toeplitz matrix, and longer ones by chunks; a graph of a model that reads longer rows holds both ways, and the rows at hand decide.
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
        if (config.MaxPositionEmbeddings > _short.Length)
        {
            _long = new ChunkedFilter(config, constants, here, length);
            _isShort = here.AddNode("LessOrEqual", length, here.Numbers(_short.Length));
        }
    }

    /// <summary>A block's two SSMs, as the checkpoint names them.</summary>
    /// <param name="block">The block's name, which ends in a full stop.</param>
    public static (string Name, Direction Direction)[] Ssms(string block) => [($"{block}fs4", Direction.Forward), ($"{block}bs4", Direction.Backward)];

    /// <inheritdoc/>
    public Value Route(Graph graph, Value X, string name)
    {
        Value u = graph.Gelu(_linear.Dense(graph, X, $"{name}du_forward", $"{name}du_backward"), _config.LayerAct == LayerActivation.GeluTanh); // (b, l, 2d)
        Value y = Filtered(graph.In("ssm"), _config.MaskPadding ? graph.Times(u, _padding.Keep) : u, Ssms(name));
        (string forward, string backward) = ($"{name}duc_forward", $"{name}duc_backward");
        switch (_config.Merge)
        {
            case Merge.Concat:
                return _linear.Dense(graph, y, $"{name}merge");
            case Merge.Add:
                return _linear.DenseSum(graph, y, forward, backward);
            default:
                Value[] both = graph.AddNode("Split", [y], 2, ("axis", -1L));
                return graph.Times(_linear.Dense(graph, both[0], forward), _linear.Dense(graph, both[1], backward));
        }
    }

    /// <summary>y = K ∗ u + D u for every head of every SSM, side by side: (b, l, d) each.</summary>
    private Value Filtered(Graph graph, Value u, (string Name, Direction Direction)[] ssms)
    {
        Value T = _short.Matrix(graph, ssms);
        return _long is null
            ? _short.Filtered(graph, u, T)
            : graph.If(_isShort, then => _short.Filtered(then, u, T), otherwise => _long.Filtered(otherwise, u, T, ssms));
    }
}
