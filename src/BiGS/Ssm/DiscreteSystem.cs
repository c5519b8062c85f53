using static TorchSharp.torch;

namespace BiGS.Ssm;

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
    /// <summary>K_l = Re Σ_n C_n B̄_n Ā_n^l for l = 0 … L−1 (paper.md §1): no factor 2, no conjugate halving.</summary>
    /// <returns>(m, L), double.</returns>
    public Tensor Kernel(long length)
    {
        using var scope = NewDisposeScope();
        Tensor l = arange(length, ScalarType.Float64, device: C.device);
        Tensor powers = (LogABar.unsqueeze(-1) * l).exp(); // (m, N, L)
        Tensor K = matmul((C * BBar).unsqueeze(1), powers).squeeze(1); // (m, L)
        return real(K).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>K with D added at l = 0: one sequence that says all that the system does to an impulse, D u included.</summary>
    /// <returns>(m, L), double.</returns>
    public Tensor ImpulseResponse(long length)
    {
        using var scope = NewDisposeScope();
        Tensor K = Kernel(length);
        Tensor first = K.narrow(1, 0, 1) + D.unsqueeze(1);
        return cat([first, K.narrow(1, 1, length - 1)], 1).MoveToOuterDisposeScope();
    }
}
