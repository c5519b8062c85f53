using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>A rule that samples x'(t) = A x(t) + u(t) with step Δ.</summary>
/// <param name="A">(m, N), complex double.</param>
/// <param name="Δ">(m, 1), double.</param>
/// <returns>log Ā and B̄, both (m, N), complex double.</returns>
public delegate (Tensor LogABar, Tensor BBar) Discretize(Tensor A, Tensor Δ);

/// <summary>The two rules of the S4 family.</summary>
public static class Discretization
{
    private static readonly Scalar One = 1.0;
    private static readonly Scalar MinusOne = -1.0;
    private static readonly Scalar Two = 2.0;

    /// <summary>Zero-order hold: the input stays constant during a step. Ā = e^{ΔA}, B̄ = (e^{ΔA} − 1)/A.</summary>
    public static (Tensor LogABar, Tensor BBar) ZeroOrderHold(Tensor A, Tensor Δ)
    {
        Tensor logABar = A * Δ;
        return (logABar, logABar.exp().Plus(MinusOne) / A);
    }

    /// <summary>Bilinear (Tustin): the trapezium rule. Ā = (1 + ΔA/2)/(1 − ΔA/2), B̄ = Δ/(1 − ΔA/2).</summary>
    public static (Tensor LogABar, Tensor BBar) Bilinear(Tensor A, Tensor Δ)
    {
        Tensor half = A * Δ / Two;
        Tensor denominator = (-half).Plus(One);
        return ((half.Plus(One) / denominator).log(), Δ / denominator);
    }
}
