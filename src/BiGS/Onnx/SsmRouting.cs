using BiGS.Models;

namespace BiGS.Onnx;

/// <summary>
/// Two SSMs, one reading forward and one backward, merged. K is computed at its full length and held; the graph lays it out as a Toeplitz matrix, by indices
/// that all layers share: T_ij = K_{i−j} forward, and K_{j−i} backward, from K behind as many zeros. A short K is laid out at its full length, which depends on
/// no input and is done once, on loading, and rows take a corner of it; a long K is laid out for the rows at hand.
/// </summary>
internal sealed class SsmRouting : IRouting
{
    /// <summary>T of this many positions is a megabyte for a kernel.</summary>
    private const long LongestKept = 512;

    private readonly BiGSConfig _config;
    private readonly ModelWeights _weights;
    private readonly Products _products;
    private readonly Padding _padding;
    private readonly Value _forward;
    private readonly Value _backward;
    private readonly Value _length;

    public SsmRouting(BiGSConfig config, ModelWeights weights, Products products, Graph graph, Value ids, Padding padding)
    {
        _config = config;
        _weights = weights;
        _products = products;
        _padding = padding;

        Graph here = graph.In("toeplitz");
        _length = here.Size(ids, 1);
        Value count = IsKept ? here.Number(Length) : here.Do("Squeeze", _length);
        Value positions = here.Do("Range", here.Number(0), count, here.Number(1)); // (l)
        Value zeros = here.Numbers(Length - 1);
        Value rows = here.Plus(here.Unsqueezed(positions, 1), zeros); // (l, 1)
        Value columns = here.Unsqueezed(positions, 0); // (1, l)
        _forward = here.Do("Sub", rows, columns); // (l, l)
        _backward = here.Do("Sub", here.Plus(columns, zeros), here.Unsqueezed(positions, 1)); // (l, l)
    }

    private long Length => _config.MaxPositionEmbeddings;

    private bool IsKept => Length <= LongestKept;

    /// <inheritdoc/>
    public Value Route(Graph graph, Value X, string name)
    {
        Value F = Filtered(graph.In("fs4"), Input(graph, X, $"{name}du_forward"), $"{name}fs4", _forward);
        Value B = Filtered(graph.In("bs4"), Input(graph, X, $"{name}du_backward"), $"{name}bs4", _backward);
        if (_config.Merge == Merge.Concat)
        {
            return _products.Dense(graph, graph.Do("Concat", [F, B], ("axis", -1L)), $"{name}merge");
        }

        Value U1 = _products.Dense(graph, F, $"{name}duc_forward");
        Value U2 = _products.Dense(graph, B, $"{name}duc_backward");
        return _config.Merge == Merge.Multiply ? graph.Times(U1, U2) : graph.Plus(U1, U2);
    }

    private Value Input(Graph graph, Value X, string name)
    {
        Value u = graph.Gelu(_products.Dense(graph, X, name), _config.LayerAct == LayerActivation.GeluTanh);
        return _config.MaskPadding ? graph.Times(u, _padding.Keep) : u;
    }

    /// <summary>y = T u for every head.</summary>
    private Value Filtered(Graph graph, Value u, string name, Value index)
    {
        long m = _config.NumSsmHeads;
        Value K = graph.Weight($"{name}.K", ElementType.Float, [m, Length], () => _weights.ImpulseResponse(name, Length));
        Value behindZeros = graph.Do("Pad", K, graph.Numbers(0, Length - 1, 0, 0)); // (m, 2L − 1)
        Value T = graph.Do("Gather", [behindZeros, index], ("axis", 1L)); // (m, l, l)
        if (IsKept)
        {
            T = graph.Do("Slice", T, graph.Numbers(0, 0), graph.Do("Concat", [_length, _length], ("axis", 0L)), graph.Numbers(1, 2));
        }

        if (m == 1)
        {
            return graph.Product(T, u); // (b, l, d)
        }

        Value byHead = graph.Transposed(graph.Reshaped(u, 0, 0, m, _config.HiddenSize / m), 0, 2, 1, 3); // (b, m, l, d/m)
        return graph.Reshaped(graph.Transposed(graph.Product(T, byHead), 0, 2, 1, 3), 0, 0, _config.HiddenSize);
    }
}
