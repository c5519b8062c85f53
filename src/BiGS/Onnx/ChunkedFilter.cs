using System.Numerics;
using BiGS.Configuration;
using BiGS.StateSpace;

namespace BiGS.Onnx;

/// <summary>
/// The exact system by chunks (<see cref="ChunkedStateSpaceModel"/>), linear in length: within a chunk y = T u, between chunks the state, into which V leads,
/// out of which W leads, and which P carries on. V, W and the powers of Ā^Q that make P are constants of the graph; how many chunks there are, the rows at hand
/// decide. The backward system is the transpose of the forward one.
/// </summary>
internal sealed class ChunkedFilter
{
    private readonly BiGSConfig _config;
    private readonly SsmConstants _constants;
    private readonly Value _length;
    private readonly Value _chunks;
    private readonly Value _forward;
    private readonly Value _backward;
    private readonly Value _filling;

    public ChunkedFilter(BiGSConfig config, SsmConstants constants, Graph graph, Value length)
    {
        _config = config;
        _constants = constants;
        _length = length;
        _chunks = graph.AddNode("Div", graph.Plus(length, graph.Numbers(Q - 1)), graph.Numbers(Q)); // C: (1)
        Value missing = graph.AddNode("Sub", graph.Times(_chunks, graph.Numbers(Q)), length);
        _filling = graph.Joined(0, [graph.Numbers(0, 0, 0, 0), missing, graph.Numbers(0)]);
        (_forward, _backward) = graph.DiagonalIndices(graph.AddNode("Squeeze", _chunks), MostChunks);
    }

    /// <summary>Positions of a chunk.</summary>
    private int Q => ChunkedStateSpaceModel.LengthFor(_config.MaxPositionEmbeddings);

    private int MostChunks => (_config.MaxPositionEmbeddings + Q - 1) / Q;

    /// <summary>(b, l, d) → (b, l, d) for every SSM, side by side.</summary>
    /// <param name="graph">Where.</param>
    /// <param name="u">What is filtered.</param>
    /// <param name="T">Of Q positions: (m, Q, Q).</param>
    /// <param name="ssms">As the checkpoint names them, and which way they read; m heads all together.</param>
    public Value Filtered(Graph graph, Value u, Value T, params (string Name, Direction Direction)[] ssms)
    {
        (long m, long N, long perHead) = (ssms.Length * _config.NumSsmHeads, _config.StateSize, _config.HiddenSize / _config.NumSsmHeads);
        Value V = graph.Joined(0, ssms.Select(ssm => _constants.Constant(
            graph, ssm.Name, "V", [_config.NumSsmHeads, 2 * N, Q], system => Chunked(system).IntoState(ssm.Direction).Cast<double>()))); // (m, 2N, Q)
        Value W = graph.Joined(0, ssms.Select(ssm => _constants.Constant(
            graph, ssm.Name, "W", [_config.NumSsmHeads, Q, 2 * N], system => Chunked(system).OutOfState(ssm.Direction).Cast<double>()))); // (m, Q, 2N)
        Value P = graph.Reshaped(graph.Joined(0, ssms.Select(ssm => BetweenChunks(graph, ssm.Name, ssm.Direction))), m, N, 0, -1); // (m, N, 2C, 2C)

        Value whole = graph.Reshaped(graph.AddNode("Pad", u, _filling), 0, -1, Q, m, perHead); // (b, C, Q, m, d/m)
        Value chunks = graph.Transposed(whole, 0, 1, 3, 2, 4); // (b, C, m, Q, d/m)
        Value added = graph.Reshaped(graph.Product(V, chunks), 0, 0, m, N, 2, perHead); // (b, C, m, N, 2, d/m)
        Value byState = graph.Reshaped(graph.Transposed(added, 0, 2, 3, 4, 1, 5), 0, m, N, -1, perHead); // (b, m, N, 2C, d/m)
        Value begun = graph.Reshaped(graph.Product(P, byState), 0, m, N, 2, -1, perHead); // (b, m, N, 2, C, d/m)
        Value byChunk = graph.Reshaped(graph.Transposed(begun, 0, 4, 1, 2, 3, 5), 0, -1, m, 2 * N, perHead); // (b, C, m, 2N, d/m)
        Value y = graph.Plus(graph.Product(T, chunks), graph.Product(W, byChunk)); // (b, C, m, Q, d/m)
        return graph.First(graph.Reshaped(graph.Transposed(y, 0, 1, 3, 2, 4), 0, -1, m * perHead), _length, axis: 1);
    }

    /// <summary>P of every state of one SSM over (part, chunk): (heads · N, 2C, 2C).</summary>
    private Value BetweenChunks(Graph graph, string name, Direction direction)
    {
        (long m, long N) = (_config.NumSsmHeads, _config.StateSize);
        Value Part(string letter, Func<Complex, double> part) => graph.Diagonals(
            _constants.Constant(graph, name, letter, [m * N, MostChunks], system => OneLater(Chunked(system).Carried(MostChunks)).Select(part)),
            MostChunks,
            direction == Direction.Forward ? _forward : _backward); // (m N, C, C)

        (Value re, Value im) = (Part("re", power => power.Real), Part("im", power => power.Imaginary));
        Value negative = graph.AddNode("Neg", im);
        (Value right, Value left) = direction == Direction.Forward ? (negative, im) : (im, negative);
        return graph.Joined(1, [graph.Joined(2, [re, right]), graph.Joined(2, [left, re])]);
    }

    private ChunkedStateSpaceModel Chunked(DiscreteStateSpaceModel system) => new(system, Q);

    /// <summary>A chunk begins with what the chunks before it left, not with what it adds itself: row by row, one zero and all but the last number.</summary>
    private static IEnumerable<Complex> OneLater(Complex[,] carried) =>
        from n in Enumerable.Range(0, carried.GetLength(0))
        from chunk in Enumerable.Range(0, carried.GetLength(1))
        select chunk == 0 ? Complex.Zero : carried[n, chunk - 1];
}
