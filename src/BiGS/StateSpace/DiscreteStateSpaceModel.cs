using System.Numerics;

namespace BiGS.StateSpace;

/// <summary>
/// A <see cref="StateSpaceModel"/> sampled at the tokens. It can be computed in three equivalent forms:
/// <code>
/// recurrence    x_k = Ā x_{k−1} + B̄ u_k,   y_k = Re(C x_k) + D u_k            one token after another    <see cref="Run"/>
/// convolution   y = K ∗ u + D u,   K_l = Re Σ_n C_n B̄_n Ā_n^l                 all tokens at once         <see cref="Convolve"/>
/// matrix        y = T u,   T_ij = K_{i−j} for i ≥ j, D added at i = j          one matmul for a batch     <see cref="ToeplitzMatrix"/>
/// </code>
/// The sum over the states is over all N of them: there is no factor 2, since conjugate pairs are not folded into one state.
/// <para>
/// The same system can run from right to left: <see cref="Direction.Backward"/> is the sequence reversed, filtered and reversed back, which in the
/// matrix form is the transpose of T. A layer of BiGS has one system for each direction.
/// </para>
/// </summary>
/// <param name="ABar">Ā: (N). |Ā| &lt; 1, so the system is stable.</param>
/// <param name="BBar">B̄: (N).</param>
/// <param name="C">(N).</param>
/// <param name="D">The direct path from u to y.</param>
public sealed record DiscreteStateSpaceModel(IReadOnlyList<Complex> ABar, IReadOnlyList<Complex> BBar, IReadOnlyList<Complex> C, double D)
{
    /// <summary>N.</summary>
    public int StateSize => ABar.Count;

    /// <summary>The recurrence over a whole sequence, from a state of zero: O(L N).</summary>
    /// <param name="u">(L).</param>
    /// <param name="direction">Which end of the sequence is read first.</param>
    /// <returns>y: (L).</returns>
    public double[] Run(ReadOnlySpan<double> u, Direction direction = Direction.Forward)
    {
        var x = new Complex[StateSize];
        double[] y = new double[u.Length];
        for (int k = 0; k < u.Length; k++)
        {
            int position = direction == Direction.Forward ? k : u.Length - 1 - k;
            y[position] = Step(x, u[position]);
        }

        return y;
    }

    /// <summary>One step of the recurrence, for streaming: x ← Ā x + B̄ u, y = Re(C x) + D u.</summary>
    /// <param name="x">The state: (N). Updated in place.</param>
    /// <param name="u">u_k.</param>
    /// <returns>y_k.</returns>
    public double Step(Span<Complex> x, double u)
    {
        double y = D * u;
        for (int n = 0; n < StateSize; n++)
        {
            x[n] = (ABar[n] * x[n]) + (BBar[n] * u);
            y += (C[n] * x[n]).Real;
        }

        return y;
    }

    /// <summary>The kernel, the impulse response without D: K_l = Re Σ_n C_n B̄_n Ā_n^l.</summary>
    /// <param name="length">L.</param>
    /// <returns>K: (L).</returns>
    public double[] Kernel(int length)
    {
        double[] K = new double[length];
        for (int n = 0; n < StateSize; n++)
        {
            Complex term = C[n] * BBar[n];
            for (int l = 0; l < length; l++)
            {
                K[l] += term.Real;
                term *= ABar[n];
            }
        }

        return K;
    }

    /// <summary>K with D added to its first number: all of what the system answers to u = (1, 0, 0, …).</summary>
    /// <param name="length">L.</param>
    /// <returns>(L).</returns>
    public double[] ImpulseResponse(int length)
    {
        double[] response = Kernel(length);
        if (length > 0)
        {
            response[0] += D;
        }

        return response;
    }

    /// <summary>
    /// The convolution by its definition, O(L²): y_i = D u_i + Σ_{j ≤ i} K_{i−j} u_j forward; y_i = D u_i + Σ_{j ≥ i} K_{j−i} u_j backward.
    /// </summary>
    /// <param name="u">(L).</param>
    /// <param name="direction">Whether a position sees those before it or those after it.</param>
    /// <returns>y: (L).</returns>
    public double[] Convolve(ReadOnlySpan<double> u, Direction direction = Direction.Forward)
    {
        double[] response = ImpulseResponse(u.Length);
        double[] y = new double[u.Length];
        for (int i = 0; i < u.Length; i++)
        {
            (int first, int last) = direction == Direction.Forward ? (0, i) : (i, u.Length - 1);
            for (int j = first; j <= last; j++)
            {
                y[i] += response[Math.Abs(i - j)] * u[j];
            }
        }

        return y;
    }

    /// <summary>The convolution as a matrix, lower triangular forward and upper triangular backward, constant along its diagonals.</summary>
    /// <param name="length">L.</param>
    /// <param name="direction">Backward is the transpose of forward.</param>
    /// <returns>T: (L, L).</returns>
    public double[,] ToeplitzMatrix(int length, Direction direction = Direction.Forward)
    {
        double[] response = ImpulseResponse(length);
        double[,] T = new double[length, length];
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                (int row, int column) = direction == Direction.Forward ? (i, j) : (j, i);
                T[row, column] = response[i - j];
            }
        }

        return T;
    }
}

/// <summary>Which way a system reads a row.</summary>
public enum Direction
{
    /// <summary>From the first position to the last: a position sees itself and those before it.</summary>
    Forward,

    /// <summary>From the last position to the first: a position sees itself and those after it.</summary>
    Backward,
}
