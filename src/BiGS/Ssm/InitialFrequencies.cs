using static TorchSharp.torch;

namespace BiGS.Ssm;

/// <summary>Where the eigenvalues of A start: real and imaginary parts, each (N), double.</summary>
public delegate (Tensor Re, Tensor Im) InitialFrequencies(int stateSize);

/// <summary>The starts of paper.md §1. In all of them A_re = −½.</summary>
public static class InitialValues
{
    /// <summary>
    /// <c>hippo</c>: the eigenvalues of HiPPO-LegS made normal. A + P Pᵀ = −½ I + S with S skew,
    /// A_nk = −√((2n+1)(2k+1)) below the diagonal, −(n+1) on it, and P_n = √(n+½); A_im are the eigenvalues of S, ascending.
    /// </summary>
    public static (Tensor Re, Tensor Im) Hippo(int stateSize)
    {
        using var scope = NewDisposeScope();
        Tensor roots = (arange(stateSize, ScalarType.Float64, device: CPU) + 0.5).sqrt();
        Tensor product = outer(roots, roots); // ½ √((2n+1)(2k+1)) = P_n P_k
        // S = A + P Pᵀ + ½ I: −P_n P_k below the diagonal, +P_n P_k above it, 0 on it.
        Tensor skew = product.triu(1) - product.tril(-1);
        // i·S is Hermitian with eigenvalues −Im, which come in ± pairs: the ascending order stays.
        Tensor im = linalg.eigvalsh(complex(zeros_like(skew), skew));
        return (Half(stateSize).MoveToOuterDisposeScope(), im.MoveToOuterDisposeScope());
    }

    /// <summary><c>lin</c>: A_im = πn.</summary>
    public static (Tensor Re, Tensor Im) Linear(int stateSize) =>
        (Half(stateSize), arange(stateSize, ScalarType.Float64, device: CPU) * Math.PI);

    /// <summary><c>inv</c>: A_im = (N/π)(N/(2n+1) − 1).</summary>
    public static (Tensor Re, Tensor Im) Inverse(int stateSize)
    {
        using var scope = NewDisposeScope();
        Tensor odd = (arange(stateSize, ScalarType.Float64, device: CPU) * 2.0) + 1.0;
        Tensor im = ((odd.reciprocal() * (double)stateSize) - 1.0) * (stateSize / Math.PI);
        return (Half(stateSize).MoveToOuterDisposeScope(), im.MoveToOuterDisposeScope());
    }

    private static Tensor Half(int stateSize) => full([stateSize], -0.5, ScalarType.Float64, device: CPU);
}
