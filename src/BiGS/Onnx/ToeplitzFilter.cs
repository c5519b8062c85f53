using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// The convolution as one matrix product: y = T u, T_ij = K_{i−j} forward and K_{j−i} backward. K is computed by us and held; T is gathered from K behind as
/// many zeros, by indices that all layers share. That depends on no input, so it is done once, on loading, and rows take a corner of T.
/// </summary>
internal sealed class ToeplitzFilter
{
    private readonly BiGSConfig _config;
    private readonly SsmConstants _constants;
    private readonly Value _forward;
    private readonly Value _backward;
    private readonly Value _corner;

    public ToeplitzFilter(BiGSConfig config, SsmConstants constants, Graph graph, Value length)
    {
        _config = config;
        _constants = constants;
        (_forward, _backward) = graph.DiagonalIndices(graph.Number(Length), Length);
        _corner = graph.Joined(0, [length, length]);
    }

    /// <summary>The longest rows, L: a whole row of a short model, one chunk of a longer one.</summary>
    public long Length => Math.Min(_config.MaxPositionEmbeddings, ChunkedStateSpaceModel.LengthFor(_config.MaxPositionEmbeddings));

    /// <summary>T at its full length for all heads of some SSMs: (heads, L, L).</summary>
    public Value Matrix(Graph graph, params (string Name, Direction Direction)[] ssms) => graph.Joined(0, ssms.Select(ssm =>
    {
        Value K = _constants.Constant(graph, ssm.Name, "K", [_config.NumSsmHeads, Length], system => system.ImpulseResponse((int)Length));
        return graph.Diagonals(K, Length, ssm.Direction == Direction.Forward ? _forward : _backward);
    }));

    /// <summary>Rows of any length up to L: (b, l, d) → (b, l, d) for every SSM, side by side.</summary>
    public Value Filtered(Graph graph, Value u, Value T)
    {
        Value corner = graph.AddNode("Slice", T, graph.Numbers(0, 0), _corner, graph.Numbers(1, 2)); // (heads, l, l)
        Value byHead = graph.Transposed(graph.Reshaped(u, 0, 0, -1, _config.HiddenSize / _config.NumSsmHeads), 0, 2, 1, 3); // (b, heads, l, d/m)
        return graph.Reshaped(graph.Transposed(graph.Product(corner, byHead), 0, 2, 1, 3), 0, 0, -1);
    }
}

/// <summary>Matrices that are constant along their diagonals, from one row of numbers.</summary>
internal static class Toeplitz
{
    /// <summary>Where the numbers of a lower and of an upper triangular matrix stand in a row behind zeros: (n, n) each.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="size">n.</param>
    /// <param name="count">How many numbers the row has; it has one zero fewer.</param>
    public static (Value Lower, Value Upper) DiagonalIndices(this Graph graph, Value size, long count)
    {
        Value positions = graph.AddNode("Range", graph.Number(0), size, graph.Number(1)); // (n)
        (Value down, Value across) = (graph.Unsqueezed(positions, 1), graph.Unsqueezed(positions, 0)); // (n, 1), (1, n)
        Value zeros = graph.Numbers(count - 1);
        return (graph.AddNode("Sub", graph.Plus(down, zeros), across), graph.AddNode("Sub", graph.Plus(across, zeros), down));
    }

    /// <summary>The matrices: (k, n, n).</summary>
    /// <param name="graph">Where.</param>
    /// <param name="rows">(k, count).</param>
    /// <param name="count">Numbers of a row.</param>
    /// <param name="indices">Lower or upper.</param>
    public static Value Diagonals(this Graph graph, Value rows, long count, Value indices) =>
        graph.AddNode("Gather", [graph.AddNode("Pad", rows, graph.Numbers(0, count - 1, 0, 0)), indices], ("axis", 1L));
}
