using System.Numerics;

namespace BiGS.StateSpace;

/// <summary>
/// A diagonal state-space model (S4D) in the form in which it is learned: a linear system in continuous time. It reads one signal u(t) and
/// gives one signal y(t); between the two stand N complex numbers, the state x(t), which remember what was read.
/// <code>
/// x'(t) = A x(t) + B u(t)
/// y(t)  = Re(C x(t)) + D u(t)
/// </code>
/// A is diagonal, so each state evolves by itself: Re A says how fast it forgets, Im A how fast it turns. C says how much of each state is
/// heard in y, and D how much of u passes straight through. B is 1 and is not learned, since C could take any factor of it.
/// <para>
/// A text is not continuous: token k is the signal at time kΔ. Two rules turn the model into one that steps from token to token,
/// <see cref="ZeroOrderHold"/> and <see cref="Bilinear"/>; what they return, <see cref="DiscreteStateSpaceModel"/>, is what a text is filtered by.
/// </para>
/// <para>
/// These few pages in double precision are the definition: every faster form in this project is tested against them.
/// </para>
/// </summary>
/// <param name="A">The diagonal of A: (N).</param>
/// <param name="C">(N).</param>
/// <param name="D">The direct path from u to y.</param>
/// <param name="Delta">Δ: the time between two tokens, in the model's own unit of time.</param>
/// <remarks>Gu, Gupta, Goel, Ré: On the Parameterization and Initialization of Diagonal State Space Models, arXiv 2206.11893.</remarks>
internal sealed record StateSpaceModel(IReadOnlyList<Complex> A, IReadOnlyList<Complex> C, double D, double Delta)
{
    /// <summary>The largest Re A there is: every state decays, whatever was learned.</summary>
    public const double SlowestDecay = -1e-4;

    /// <summary>
    /// The models of one layer and direction from the arrays of a checkpoint, one for each head: A = min(A_re, −1e-4) + i·A_im, Δ = exp(log_step).
    /// All arrays have the heads first, one after another.
    /// </summary>
    /// <param name="aRe"><c>kernel.A_re</c>: m × N.</param>
    /// <param name="aIm"><c>kernel.A_im</c>: m × N.</param>
    /// <param name="c"><c>kernel.C</c>: m × N × 2, real and imaginary part side by side.</param>
    /// <param name="logStep"><c>kernel.log_step</c>: m.</param>
    /// <param name="d"><c>D</c>: m.</param>
    /// <returns>m models of N states each.</returns>
    /// <exception cref="ArgumentException">The arrays' lengths do not fit each other.</exception>
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
                A[n] = new Complex(Math.Min(aRe[at], SlowestDecay), aIm[at]);
                C[n] = new Complex(c[2 * at], c[(2 * at) + 1]);
            }

            models[head] = new StateSpaceModel(A, C, d[head], Math.Exp(logStep[head]));
        }

        return models;
    }

    /// <summary>
    /// Samples by zero-order hold, which takes u as constant during each step: Ā = e^{ΔA}, B̄ = (e^{ΔA} − 1) / A.
    /// The step is then exact, because x' = A x + B u has a closed solution for a constant u.
    /// </summary>
    public DiscreteStateSpaceModel ZeroOrderHold() => Discretize(A =>
    {
        Complex ABar = Complex.Exp(Delta * A);
        return (ABar, (ABar - 1) / A);
    });

    /// <summary>
    /// Samples by the bilinear rule (Tustin), the trapezium rule for x' = A x + B u: Ā = (1 + ΔA/2) / (1 − ΔA/2), B̄ = Δ / (1 − ΔA/2).
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
