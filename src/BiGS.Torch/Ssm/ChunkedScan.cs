using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The exact system, linear in length and made of matrix products only (<see cref="ChunkedStateSpaceModel"/>). Rows are cut into C chunks of Q positions. Inside a chunk, T (Q × Q, Toeplitz)
/// answers; between chunks, the state carries everything, since the exponentials of K factor:
/// <code>
/// e_c = V u_c                     what chunk c adds to the state by its end:  V_nq = B̄_n λ_n^{Q−1−q}
/// s_c = Σ_{c'&lt;c} λ^{Q(c−1−c')} e_c'   the state in which chunk c begins:        P, Toeplitz over the chunks, for each state by itself
/// y_c = T u_c + W s_c             what is heard of both:                      W_qn = C_n λ_n^{q+1}, real part
/// </code>
/// In matrices, M = T + W P V, so the backward system is Mᵀ = Tᵀ + Vᵀ Pᵀ Wᵀ: nothing is reversed. Complex numbers are pairs of rows (re, im).
/// Only N (Q + C) exponentials are needed, in double, whatever the length.
/// </summary>
internal sealed class ChunkedScan : ISsmRoute
{
    /// <inheritdoc/>
    public SsmOperator Prepare(DiscreteSystem system, long length, ScalarType type, Direction direction)
    {
        using var scope = NewDisposeScope();
        (long m, long N) = (system.C.shape[0], system.C.shape[1]);
        long Q = ChunkedStateSpaceModel.LengthFor(length);
        long C = (length + Q - 1) / Q;

        Tensor V = IntoState(system, Q).to_type(type); // (m, 2N, Q)
        Tensor W = OutOfState(system, Q).to_type(type); // (m, Q, 2N)
        Tensor T = ToeplitzProduct.Matrix(system.ImpulseResponse(Q), type, Direction.Forward); // (m, Q, Q)
        Tensor P = BetweenChunks(system.Powers(C, step: Q), type); // (m N, 2C, 2C)
        return (direction == Direction.Forward
            ? new Chunks(Q, N, T, V, P, W)
            : new Chunks(Q, N, T.transpose(1, 2), W.transpose(1, 2), P.transpose(1, 2), V.transpose(1, 2))).MoveToOuterScope();
    }

    /// <summary>V: (m, 2N, Q), double.</summary>
    internal static Tensor IntoState(DiscreteSystem system, long Q) => Pairs(system.BBar.unsqueeze(-1) * system.Powers(Q).flip(2));

    /// <summary>W: (m, Q, 2N), double.</summary>
    internal static Tensor OutOfState(DiscreteSystem system, long Q) =>
        Pairs((system.C.unsqueeze(-1) * system.Powers(Q + 1).narrow(2, 1, Q)).conj()).transpose(1, 2);

    /// <summary>Complex (m, N, …) as real (m, 2N, …): re and im of each state below each other.</summary>
    private static Tensor Pairs(Tensor complex) => stack([real(complex), imag(complex)], 2).flatten(1, 2);

    /// <summary>P of every state as a real matrix over (part, chunk): [Re, −Im; Im, Re] of the strictly lower Toeplitz matrix of λ^{Qj}.</summary>
    private static Tensor BetweenChunks(Tensor powers, ScalarType type)
    {
        long C = powers.shape[2];
        Tensor Lower(Tensor part)
        {
            Tensor late = cat([zeros_like(part.narrow(2, 0, 1)), part.narrow(2, 0, C - 1)], 2); // one chunk later: (m, N, C)
            return ToeplitzProduct.Matrix(late.flatten(0, 1), type, Direction.Forward); // (m N, C, C)
        }

        (Tensor re, Tensor im) = (Lower(real(powers)), Lower(imag(powers)));
        return cat([cat([re, -im], 2), cat([im, re], 2)], 1);
    }

    /// <param name="Q">Positions of a chunk.</param>
    /// <param name="N">States of a head.</param>
    /// <param name="T">Within a chunk: (m, Q, Q).</param>
    /// <param name="V">Into the state: (m, 2N, Q).</param>
    /// <param name="P">From chunk to chunk: (m N, 2C, 2C).</param>
    /// <param name="W">Out of the state: (m, Q, 2N).</param>
    private sealed class Chunks(long Q, long N, Tensor T, Tensor V, Tensor P, Tensor W) : SsmOperator(T, V, P, W)
    {
        public override Tensor Apply(Tensor u)
        {
            using var scope = NewDisposeScope();
            (long m, long length, long columns) = (u.shape[0], u.shape[1], u.shape[2]);
            long C = P.shape[1] / 2;
            Tensor whole = length == C * Q ? u : cat([u, zeros([m, (C * Q) - length, columns], u.dtype, u.device)], 1);
            Tensor chunks = whole.reshape(m * C, Q, columns); // one row of several heads is a view with the heads inside
            Tensor added = bmm(Each(V, C), chunks); // (m C, 2N, c)
            Tensor begun = bmm(P, ByState(added, m, C, columns)); // (m N, 2C, c)
            Tensor y = bmm(Each(T, C), chunks).PlusInPlace(bmm(Each(W, C), ByChunk(begun, m, C, columns))); // (m C, Q, c)
            return y.view(m, C * Q, columns).narrow(1, 0, length).MoveToOuterDisposeScope();
        }

        /// <summary>The same matrix for every chunk of a head.</summary>
        private static Tensor Each(Tensor matrix, long C) =>
            matrix.unsqueeze(1).expand(-1, C, -1, -1).reshape(-1, matrix.shape[1], matrix.shape[2]);

        private Tensor ByState(Tensor e, long m, long C, long columns) =>
            e.view(m, C, N, 2, columns).permute(0, 2, 3, 1, 4).reshape(m * N, 2 * C, columns);

        private Tensor ByChunk(Tensor s, long m, long C, long columns) =>
            s.view(m, N, 2, C, columns).permute(0, 3, 1, 2, 4).reshape(m * C, 2 * N, columns);
    }
}
