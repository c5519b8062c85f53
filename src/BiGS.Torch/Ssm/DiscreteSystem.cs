using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>
/// The sampled system x_k = Ā x_{k−1} + B̄ u_k, y_k = Re(C x_k) + D u_k, of m heads with N states each, in double precision.
/// Ā is kept as its logarithm, so that any power is one exponential.
/// </summary>
/// <param name="LogABar">log Ā: (m, N), complex double.</param>
/// <param name="BBar">B̄: (m, N), complex double.</param>
/// <param name="C">C: (m, N), complex double.</param>
/// <param name="D">D: (m), double.</param>
public sealed record DiscreteSystem(Tensor LogABar, Tensor BBar, Tensor C, Tensor D)
{
    /// <summary>
    /// K_l = Re Σ_n C_n B̄_n Ā_n^l for l = 0 … L−1 (paper.md §1): no factor 2, no conjugate halving. With l = r j + q, the powers factor,
    /// Ā^l = Ā^{rj} Ā^q, and K is the product of two small matrices: N (r + L/r) exponentials instead of N L.
    /// </summary>
    /// <returns>(m, L), double.</returns>
    public Tensor Kernel(long length)
    {
        using var scope = NewDisposeScope();
        long r = (long)Math.Ceiling(Math.Sqrt(length));
        long blocks = (length + r - 1) / r;
        Tensor far = (C * BBar).unsqueeze(-1) * Powers(blocks, step: r); // C B̄ Ā^{rj}: (m, N, j)
        Tensor K = matmul(far.transpose(1, 2), Powers(r)).flatten(1); // (m, j r)
        return real(K).narrow(1, 0, length).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Ā^{step·i} for i = 0 … count−1: (m, N, count), complex double.</summary>
    public Tensor Powers(long count, long step = 1) =>
        (LogABar.unsqueeze(-1) * tensor(Enumerable.Range(0, (int)count).Select(i => (double)(step * i)).ToArray(), device: LogABar.device)).exp();

    /// <summary>K with D added at l = 0: one sequence that says all that the system does to an impulse, D u included.</summary>
    /// <returns>(m, L), double.</returns>
    public Tensor ImpulseResponse(long length)
    {
        using var scope = NewDisposeScope();
        Tensor K = Kernel(length);
        Tensor first = K.narrow(1, 0, 1).Plus(D.unsqueeze(1));
        return cat([first, K.narrow(1, 1, length - 1)], 1).MoveToOuterDisposeScope();
    }
}
