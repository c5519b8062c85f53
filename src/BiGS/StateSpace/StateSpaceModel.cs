using System.Numerics;

namespace BiGS.StateSpace;

/// <summary>
/// A diagonal state-space model (S4D) in its learned form: a linear system in continuous time. It maps an input signal u(t) to an output signal
/// y(t) through N complex numbers, the state x(t), which summarise the past input.
/// <code>
/// x'(t) = A x(t) + B u(t)
/// y(t)  = Re(C x(t)) + D u(t)
/// </code>
/// A is diagonal, so each state evolves by itself: Re A says how fast it forgets, Im A its oscillation frequency. C says how much each
/// state contributes to y, and D how much of u passes straight through. B is 1 and is not learned, since any factor can be absorbed into C.
/// <para>
/// Tokens are samples of u at t = kΔ. Two rules turn the continuous model into a discrete one, <see cref="ZeroOrderHold"/> and
/// <see cref="Bilinear"/>; the <see cref="DiscreteStateSpaceModel"/> that they return is what runs over a sequence.
/// </para>
/// <para>
/// This file and DiscreteStateSpaceModel are the double-precision reference: every faster implementation in this project is tested against them.
/// </para>
/// </summary>
/// <param name="A">The diagonal of A: (N).</param>
/// <param name="C">(N).</param>
/// <param name="D">The direct path from u to y.</param>
/// <param name="Delta">Δ: the step size, learned as its logarithm.</param>
/// <remarks>Gu, Gupta, Goel, Ré: On the Parameterization and Initialization of Diagonal State Space Models, arXiv 2206.11893.</remarks>
public sealed record StateSpaceModel(IReadOnlyList<Complex> A, IReadOnlyList<Complex> C, double D, double Delta)
{
    /// <summary>Upper bound of Re A, so that every state decays, whatever was learned.</summary>
    public const double MaxRealPart = -1e-4;

    /// <summary>
    /// The models of one layer and direction from the arrays of a checkpoint, one for each head: A = min(A_re, −1e-4) + i·A_im, Δ = exp(log_step).
    /// Row-major; the head is the first axis.
    /// </summary>
    /// <param name="aRe"><c>kernel.A_re</c>: m × N.</param>
    /// <param name="aIm"><c>kernel.A_im</c>: m × N.</param>
    /// <param name="c"><c>kernel.C</c>: m × N × 2, real and imaginary part side by side.</param>
    /// <param name="logStep"><c>kernel.log_step</c>: m.</param>
    /// <param name="d"><c>D</c>: m.</param>
    /// <returns>m models of N states each.</returns>
    /// <exception cref="ArgumentException">The arrays have inconsistent lengths.</exception>
    public static StateSpaceModel[] FromParameters(
        ReadOnlySpan<float> aRe, ReadOnlySpan<float> aIm, ReadOnlySpan<float> c, ReadOnlySpan<float> logStep, ReadOnlySpan<float> d)
    {
        int m = logStep.Length;
        if (m == 0 || d.Length != m || aRe.Length % m != 0 || aIm.Length != aRe.Length || c.Length != 2 * aRe.Length)
        {
            throw new ArgumentException(
                $"The parameters of an SSM do not fit each other: log_step has {m} numbers, D {d.Length}, A_re {aRe.Length}, A_im {aIm.Length}, C {c.Length}; expected m, m, m·N, m·N and 2·m·N.");
        }

        int N = aRe.Length / m;
        var models = new StateSpaceModel[m];
        for (int head = 0; head < m; head++)
        {
            var A = new Complex[N];
            var C = new Complex[N];
            for (int n = 0; n < N; n++)
            {
                int at = (head * N) + n;
                A[n] = new Complex(Math.Min(aRe[at], MaxRealPart), aIm[at]);
                C[n] = new Complex(c[2 * at], c[(2 * at) + 1]);
            }

            models[head] = new StateSpaceModel(A, C, d[head], Math.Exp(logStep[head]));
        }

        return models;
    }

    /// <summary>
    /// Discretises by zero-order hold, which takes u as constant during each step: Ā = e^{ΔA}, B̄ = (e^{ΔA} − 1) / A.
    /// The step is then exact, because x' = A x + B u has a closed solution for a constant u.
    /// </summary>
    public DiscreteStateSpaceModel ZeroOrderHold() => Discretize(A =>
    {
        Complex ABar = Complex.Exp(Delta * A);
        return (ABar, (ABar - 1) / A);
    });

    /// <summary>
    /// Discretises by the bilinear rule (Tustin), the trapezoidal rule for x' = A x + B u: Ā = (1 + ΔA/2) / (1 − ΔA/2), B̄ = Δ / (1 − ΔA/2).
    /// </summary>
    public DiscreteStateSpaceModel Bilinear() => Discretize(A =>
    {
        Complex half = Delta * A / 2;
        return ((1 + half) / (1 - half), Delta / (1 - half));
    });

    private DiscreteStateSpaceModel Discretize(Func<Complex, (Complex ABar, Complex BBar)> rule)
    {
        (Complex ABar, Complex BBar)[] states = [.. A.Select(rule)];
        return new DiscreteStateSpaceModel([.. states.Select(state => state.ABar)], [.. states.Select(state => state.BBar)], C, D);
    }
}
