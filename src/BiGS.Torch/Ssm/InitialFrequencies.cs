using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

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
        Tensor roots = Each(stateSize, n => Math.Sqrt(n + 0.5));
        Tensor product = outer(roots, roots); // ½ √((2n+1)(2k+1)) = P_n P_k
        // S = A + P Pᵀ + ½ I: −P_n P_k below the diagonal, +P_n P_k above it, 0 on it.
        Tensor skew = product.triu(1) - product.tril(-1);
        // i·S is Hermitian with eigenvalues −Im, which come in ± pairs: the ascending order stays.
        Tensor im = linalg.eigvalsh(complex(zeros_like(skew), skew));
        return (Half(stateSize).MoveToOuterDisposeScope(), im.MoveToOuterDisposeScope());
    }

    /// <summary><c>lin</c>: A_im = πn.</summary>
    public static (Tensor Re, Tensor Im) Linear(int stateSize) =>
        (Half(stateSize), Each(stateSize, n => Math.PI * n));

    /// <summary><c>inv</c>: A_im = (N/π)(N/(2n+1) − 1).</summary>
    public static (Tensor Re, Tensor Im) Inverse(int stateSize) =>
        (Half(stateSize), Each(stateSize, n => stateSize / Math.PI * ((stateSize / ((2.0 * n) + 1)) - 1)));

    private static Tensor Half(int stateSize) => Each(stateSize, _ => -0.5);

    private static Tensor Each(int stateSize, Func<int, double> value) => tensor(Enumerable.Range(0, stateSize).Select(value).ToArray());
}
