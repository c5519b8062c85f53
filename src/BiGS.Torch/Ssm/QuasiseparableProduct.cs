using BiGS.Configuration;
using BiGS.StateSpace;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>What one direction of a Hydra mixer takes from the text, for all rows, positions and heads. Logarithms are in double, so that sums of many keep their differences.</summary>
/// <param name="LogDecay">log a = −Δ e^A: (b, l, m), double; 0 at padding.</param>
/// <param name="LogDelta">log Δ: (b, l, m), double.</param>
/// <param name="B">What a word writes into the state, the same for all heads: (b, l, N).</param>
/// <param name="C">What a word reads of the state: (b, l, N).</param>
internal sealed record SelectiveInputs(Tensor LogDecay, Tensor LogDelta, Tensor B, Tensor C)
{
    /// <summary>The model of one head in the first row.</summary>
    public SelectiveStateSpaceModel OfFirstRow(int head)
    {
        double[] Numbers(Tensor x) => [.. x.to_type(ScalarType.Float64).cpu().contiguous().data<double>()];
        double[][] Rows(Tensor x) => [.. x[0].unbind().Select(Numbers)];
        return new SelectiveStateSpaceModel(Numbers(LogDecay[0].select(1, head)), Numbers(LogDelta[0].select(1, head).exp()), Rows(B), Rows(C));
    }
}

/// <summary>
/// y = M x for the <see cref="QuasiseparableMatrix"/> of every head, in time linear in the length and by matrix products only (state-space duality, Dao and Gu
/// 2024). Positions are cut into chunks of Q. With the sums S_t = Σ_{r≤t} log a_r and E_t = S_t − log a_t within a chunk, the block of M inside it is
/// <code>
/// M_ts = (C_{t−1} · B_s) exp(E_t − S_s + log Δ_s)    below the diagonal, forward
/// M_ts = (C_{t+1} · B_s) exp(E_s − S_t + log Δ_s)    above the diagonal, backward: the same with t and s exchanged
/// </code>
/// and one product serves both directions. Between chunks only the states are carried, N for each value, by the same rule with a chunk's whole decay for a position's.
/// Nothing is reversed: the shift by one is a shift of C.
/// </summary>
internal static class QuasiseparableProduct
{
    private static readonly Scalar MinusInfinity = double.NegativeInfinity;

    /// <param name="x">Values: (b, l, m, p), zero at padding.</param>
    /// <param name="forward">From left to right.</param>
    /// <param name="backward">From right to left.</param>
    /// <param name="diagonal">D: (b, l, m), in the type of x.</param>
    /// <returns>(b, l, m, p), in the type of x.</returns>
    public static Tensor Apply(Tensor x, SelectiveInputs forward, SelectiveInputs backward, Tensor diagonal)
    {
        using var scope = NewDisposeScope();
        (long b, long l, long m, long p) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        long Q = Math.Min(l, HydraShape.ChunkLength);
        long chunks = (l + Q - 1) / Q;

        Tensor values = Chunked(x, chunks, Q); // (b, c, Q, m, p)
        var right = new ChunkedInputs(forward, chunks, Q, Shifted(forward.C, later: true));
        var left = new ChunkedInputs(backward, chunks, Q, Shifted(backward.C, later: false));

        Tensor y = matmul(Blocks(right, left, x.dtype), values.transpose(2, 3)).transpose(2, 3); // (b, c, Q, m, p)
        if (chunks > 1)
        {
            Tensor before = right.Carried(values, right.Total.unsqueeze(-1) - (right.S - right.LogDelta), right.E, Between(right.Total, before: true));
            Tensor after = left.Carried(values, left.E.Plus(left.LogDelta), left.Total.unsqueeze(-1) - left.S, Between(left.Total, before: false));
            y = y.Plus(before.Plus(after));
        }

        y = y.reshape(b, chunks * Q, m, p).narrow(1, 0, l);
        return y.Plus(x * diagonal.unsqueeze(-1)).MoveToOuterDisposeScope();
    }

    /// <summary>Floating-point operations of one row of L positions: blocks, and the states into, between and out of chunks.</summary>
    /// <param name="length">L.</param>
    /// <param name="heads">m.</param>
    /// <param name="headWidth">p.</param>
    /// <param name="states">N.</param>
    public static double Flops(double length, double heads, double headWidth, double states)
    {
        double e = heads * headWidth;
        double Q = Math.Min(length, HydraShape.ChunkLength);
        double chunks = Math.Ceiling(length / Q);
        double blocks = chunks * Q * Q * ((4 * states) + (2 * e));
        double carried = chunks > 1 ? 4 * chunks * states * e * ((2 * Q) + chunks) : 0;
        return blocks + carried + (2 * length * e);
    }

    /// <summary>C of the position before or after.</summary>
    private static Tensor Shifted(Tensor C, bool later)
    {
        Tensor none = zeros_like(C.narrow(1, 0, 1));
        long others = C.shape[1] - 1;
        return later ? cat([none, C.narrow(1, 0, others)], 1) : cat([C.narrow(1, 1, others), none], 1);
    }

    /// <summary>(b, l, …) → (b, c, Q, …), filled with zeros, which add nothing to any state and let it pass.</summary>
    private static Tensor Chunked(Tensor x, long chunks, long Q)
    {
        long missing = (chunks * Q) - x.shape[1];
        Tensor whole = missing == 0 ? x : cat([x, zeros([x.shape[0], missing, .. x.shape[2..]], x.dtype, x.device)], 1);
        return whole.reshape([x.shape[0], chunks, Q, .. x.shape[2..]]);
    }

    /// <summary>The blocks of M inside the chunks, but for the diagonal: (b, c, m, Q, Q).</summary>
    private static Tensor Blocks(ChunkedInputs right, ChunkedInputs left, ScalarType type)
    {
        Tensor below = Below(right.S.shape[^1], right.S.device);
        Tensor exponent = where(
            below,
            right.E.unsqueeze(-1) - (right.S - right.LogDelta).unsqueeze(-2),
            left.E.Plus(left.LogDelta).unsqueeze(-2) - left.S.unsqueeze(-1)); // (b, c, m, Q, Q)
        Tensor decays = Exp(exponent, type, below.logical_or(below.t()).logical_not());
        Tensor similarity = where(below, matmul(right.C, right.B.transpose(2, 3)), matmul(left.C, left.B.transpose(2, 3))); // (b, c, Q, Q)
        return decays * similarity.unsqueeze(2);
    }

    /// <summary>How much of what one chunk leaves in the state arrives at another: (b, m, c, c). The blocks' rule, with whole chunks for positions.</summary>
    private static Tensor Between(Tensor total, bool before)
    {
        Tensor sums = total.cumsum(1).transpose(1, 2); // (b, m, c)
        Tensor earlier = sums - total.transpose(1, 2);
        Tensor below = Below(sums.shape[^1], sums.device);
        return before
            ? (earlier.unsqueeze(-1) - sums.unsqueeze(-2)).masked_fill(below.logical_not(), MinusInfinity).exp()
            : (earlier.unsqueeze(-2) - sums.unsqueeze(-1)).masked_fill(below.t().logical_not(), MinusInfinity).exp();
    }

    private static Tensor Below(long size, Device device) => ones([size, size], ScalarType.Bool, device).tril(-1);

    /// <summary>e^x for all but some places: differences are taken in double, and rounded to the products' precision where nothing more can be lost.</summary>
    private static Tensor Exp(Tensor x, ScalarType type, Tensor none) =>
        x.to_type(type == ScalarType.Float64 ? type : ScalarType.Float32).masked_fill(none, MinusInfinity).exp().to_type(type);

    /// <summary>One direction, cut into chunks; S, E and log Δ are (b, c, m, Q), the rest as it came.</summary>
    private sealed class ChunkedInputs
    {
        public ChunkedInputs(SelectiveInputs inputs, long chunks, long Q, Tensor shiftedC)
        {
            Tensor logDecay = Chunked(inputs.LogDecay, chunks, Q).transpose(2, 3).contiguous();
            S = logDecay.cumsum(-1);
            E = S - logDecay;
            LogDelta = Chunked(inputs.LogDelta, chunks, Q).transpose(2, 3);
            Total = S.select(-1, Q - 1);
            B = Chunked(inputs.B, chunks, Q);
            C = Chunked(shiftedC, chunks, Q);
        }

        /// <summary>Σ log a up to a position: (b, c, m, Q).</summary>
        public Tensor S { get; }

        /// <summary>Σ log a before a position: (b, c, m, Q).</summary>
        public Tensor E { get; }

        public Tensor LogDelta { get; }

        /// <summary>Of the whole chunk: (b, c, m).</summary>
        public Tensor Total { get; }

        /// <summary>(b, c, Q, N).</summary>
        public Tensor B { get; }

        /// <summary>C of the neighbour from which the state comes: (b, c, Q, N).</summary>
        public Tensor C { get; }

        /// <summary>What arrives from other chunks.</summary>
        /// <param name="values">(b, c, Q, m, p).</param>
        /// <param name="into">log of what is left of a word's share at the end of its chunk: (b, c, m, Q).</param>
        /// <param name="outOf">log of what is left, at a position, of the state that its chunk began with: (b, c, m, Q).</param>
        /// <param name="between">From chunk to chunk: (b, m, c, c).</param>
        /// <returns>(b, c, Q, m, p).</returns>
        public Tensor Carried(Tensor values, Tensor into, Tensor outOf, Tensor between)
        {
            (long b, long c, long Q, long m, long p) = (values.shape[0], values.shape[1], values.shape[2], values.shape[3], values.shape[4]);
            long N = B.shape[^1];
            Tensor Factor(Tensor log) => log.exp().to_type(values.dtype).transpose(2, 3).unsqueeze(-1); // (b, c, Q, m, 1)
            Tensor added = matmul(B.transpose(2, 3), (values * Factor(into)).flatten(3)); // (b, c, N, m p)
            Tensor byHead = added.view(b, c, N, m, p).permute(0, 3, 1, 2, 4).reshape(b, m, c, N * p);
            Tensor begun = matmul(between.to_type(values.dtype), byHead).view(b, m, c, N, p).permute(0, 2, 3, 1, 4).reshape(b, c, N, m * p);
            return matmul(C, begun).view(b, c, Q, m, p) * Factor(outOf);
        }
    }
}
