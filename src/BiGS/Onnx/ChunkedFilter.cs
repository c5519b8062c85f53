using BiGS.Models;
using BiGS.Ssm;
using static TorchSharp.torch;

namespace BiGS.Onnx;

/// <summary>
/// The exact system by chunks (<see cref="ChunkedScan"/>), linear in length: within a chunk y = T u, between chunks the state, into which V leads, out of
/// which W leads, and which P carries on. V, W and the powers of λ^Q that make P are computed by us in double and held; how many chunks there are, the rows at
/// hand decide. The backward system is the transpose of the forward one.
/// </summary>
internal sealed class ChunkedFilter
{
    private readonly BiGSConfig _config;
    private readonly ModelWeights _weights;
    private readonly Value _length;
    private readonly Value _chunks;
    private readonly Value _forward;
    private readonly Value _backward;
    private readonly Value _filling;

    public ChunkedFilter(BiGSConfig config, ModelWeights weights, Graph graph, Value length)
    {
        _config = config;
        _weights = weights;
        _length = length;
        _chunks = graph.Do("Div", graph.Plus(length, graph.Numbers(Q - 1)), graph.Numbers(Q)); // C: (1)
        Value missing = graph.Do("Sub", graph.Times(_chunks, graph.Numbers(Q)), length);
        _filling = graph.Do("Concat", [graph.Numbers(0, 0, 0, 0), missing, graph.Numbers(0)], ("axis", 0L));
        (_forward, _backward) = graph.DiagonalIndices(graph.Do("Squeeze", _chunks), MostChunks);
    }

    /// <summary>Positions of a chunk.</summary>
    private long Q => ChunkedScan.ChunkLength(_config.MaxPositionEmbeddings);

    private long MostChunks => (_config.MaxPositionEmbeddings + Q - 1) / Q;

    /// <summary>(b, l, d) → (b, l, d).</summary>
    /// <param name="graph">Where.</param>
    /// <param name="u">What is filtered.</param>
    /// <param name="toeplitz">T of at least Q positions.</param>
    /// <param name="name">The SSM's, as the checkpoint has it.</param>
    /// <param name="direction">Which way it reads.</param>
    public Value Filtered(Graph graph, Value u, Value toeplitz, string name, Direction direction)
    {
        (long m, long N, long perHead) = (_config.NumSsmHeads, _config.StateSize, _config.HiddenSize / _config.NumSsmHeads);
        Value T = graph.Do("Slice", toeplitz, graph.Numbers(0, 0), graph.Numbers(Q, Q), graph.Numbers(1, 2)); // (m, Q, Q)
        bool forward = direction == Direction.Forward;
        Value V = Held(graph, $"{name}.V", [m, 2 * N, Q], name, system => forward ? ChunkedScan.IntoState(system, Q) : ChunkedScan.OutOfState(system, Q).transpose(1, 2));
        Value W = Held(graph, $"{name}.W", [m, Q, 2 * N], name, system => forward ? ChunkedScan.OutOfState(system, Q) : ChunkedScan.IntoState(system, Q).transpose(1, 2));

        Value whole = graph.Reshaped(graph.Do("Pad", u, _filling), 0, -1, Q, m, perHead); // (b, C, Q, m, d/m)
        Value chunks = graph.Transposed(whole, 0, 1, 3, 2, 4); // (b, C, m, Q, d/m)
        Value added = graph.Reshaped(graph.Product(V, chunks), 0, 0, m, N, 2, perHead); // (b, C, m, N, 2, d/m)
        Value byState = graph.Reshaped(graph.Transposed(added, 0, 2, 3, 4, 1, 5), 0, m, N, -1, perHead); // (b, m, N, 2C, d/m)
        Value begun = graph.Reshaped(graph.Product(BetweenChunks(graph, name, direction), byState), 0, m, N, 2, -1, perHead); // (b, m, N, 2, C, d/m)
        Value byChunk = graph.Reshaped(graph.Transposed(begun, 0, 4, 1, 2, 3, 5), 0, -1, m, 2 * N, perHead); // (b, C, m, 2N, d/m)
        Value y = graph.Plus(graph.Product(T, chunks), graph.Product(W, byChunk)); // (b, C, m, Q, d/m)
        return graph.First(graph.Reshaped(graph.Transposed(y, 0, 1, 3, 2, 4), 0, -1, _config.HiddenSize), _length, axis: 1);
    }

    /// <summary>P of every state over (part, chunk): (m, N, 2C, 2C).</summary>
    private Value BetweenChunks(Graph graph, string name, Direction direction)
    {
        (long m, long N) = (_config.NumSsmHeads, _config.StateSize);
        Value Part(string part, Func<Tensor, Tensor> of) => graph.Diagonals(
            Held(graph, $"{name}.{part}", [m * N, MostChunks], name, system => OneLater(of(system.Powers(MostChunks, step: Q))).flatten(0, 1)),
            MostChunks,
            direction == Direction.Forward ? _forward : _backward); // (m N, C, C)

        (Value re, Value im) = (Part("re", real), Part("im", imag));
        Value negative = graph.Do("Neg", im);
        (Value right, Value left) = direction == Direction.Forward ? (negative, im) : (im, negative);
        Value P = graph.Do(
            "Concat",
            [graph.Do("Concat", [re, right], ("axis", 2L)), graph.Do("Concat", [left, re], ("axis", 2L))],
            ("axis", 1L)); // (m N, 2C, 2C)
        Value shape = graph.Do("Concat", [graph.Numbers(m, N), graph.Times(_chunks, graph.Numbers(2)), graph.Times(_chunks, graph.Numbers(2))], ("axis", 0L));
        return graph.Do("Reshape", P, shape);
    }

    /// <summary>A chunk hears those before it, not itself.</summary>
    private static Tensor OneLater(Tensor powers) => cat([zeros_like(powers.narrow(2, 0, 1)), powers.narrow(2, 0, powers.shape[2] - 1)], 2);

    private Value Held(Graph graph, string name, long[] shape, string ssm, Func<DiscreteSystem, Tensor> of) =>
        graph.Weight(name, ElementType.Float, shape, () => _weights.OfSystem(ssm, of));
}
