using System.Numerics;

namespace BiGS.StateSpace;

/// <summary>
/// The system over rows that are cut into chunks of Q positions, which makes it both linear in length and a matter of matrix products.
/// Within a chunk the Toeplitz matrix T answers; from chunk to chunk only the state s is carried, since Ā^{a+b} = Ā^a Ā^b:
/// <code>
/// e_c = V u_c                              what chunk c adds to the state by its end:   V_nq = B̄_n Ā_n^{Q−1−q}
/// s_c = Σ_{c'&lt;c} Ā^{Q(c−1−c')} e_c'        the state with which chunk c begins
/// y_c = T u_c + W s_c                      what both contribute:                        W_qn = C_n Ā_n^{q+1}, real part
/// </code>
/// Complex numbers are written as pairs of real ones: rows 2n and 2n+1 of V are the real and the imaginary part of state n, and the columns
/// 2n and 2n+1 of W are Re and −Im of C_n Ā_n^{q+1}, so that the real product W s is the real part of the complex one.
/// Backward, all is transposed, and V and W change places.
/// </summary>
/// <param name="system">The system.</param>
/// <param name="chunkLength">Q.</param>
internal sealed class ChunkedStateSpaceModel(DiscreteStateSpaceModel system, int chunkLength)
{
    /// <summary>
    /// A good Q for a row length. A token costs Q + 4N + 4NC/Q multiplications in each channel (C chunks): short chunks for short rows, and
    /// longer ones where C would grow large (docs/results/speed.md).
    /// </summary>
    public static int LengthFor(long length) => length <= 8_192 ? 128 : length <= 32_768 ? 256 : 512;

    /// <summary>From the positions of a chunk into the state.</summary>
    /// <param name="direction">Backward is the transpose of the forward <see cref="OutOfState"/>.</param>
    /// <returns>V: (2N, Q).</returns>
    public double[,] IntoState(Direction direction) => direction == Direction.Forward ? V() : Transposed(W());

    /// <summary>From the state to the positions of a chunk.</summary>
    /// <param name="direction">Backward is the transpose of the forward <see cref="IntoState"/>.</param>
    /// <returns>W: (Q, 2N).</returns>
    public double[,] OutOfState(Direction direction) => direction == Direction.Forward ? W() : Transposed(V());

    /// <summary>How much of a state that stood at the end of a chunk is left c chunks later: Ā_n^{Qc}.</summary>
    /// <param name="chunks">How many chunks; c = 0, 1, … below it.</param>
    /// <returns>(N, chunks).</returns>
    public Complex[,] Carried(int chunks)
    {
        var carried = new Complex[system.StateSize, chunks];
        for (int n = 0; n < system.StateSize; n++)
        {
            for (int c = 0; c < chunks; c++)
            {
                carried[n, c] = Complex.Pow(system.ABar[n], (double)chunkLength * c);
            }
        }

        return carried;
    }

    private double[,] V()
    {
        double[,] V = new double[2 * system.StateSize, chunkLength];
        for (int n = 0; n < system.StateSize; n++)
        {
            Complex left = system.BBar[n];
            for (int q = chunkLength - 1; q >= 0; q--)
            {
                (V[2 * n, q], V[(2 * n) + 1, q]) = (left.Real, left.Imaginary);
                left *= system.ABar[n];
            }
        }

        return V;
    }

    private double[,] W()
    {
        double[,] W = new double[chunkLength, 2 * system.StateSize];
        for (int n = 0; n < system.StateSize; n++)
        {
            Complex left = system.C[n];
            for (int q = 0; q < chunkLength; q++)
            {
                left *= system.ABar[n];
                (W[q, 2 * n], W[q, (2 * n) + 1]) = (left.Real, -left.Imaginary);
            }
        }

        return W;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        double[,] transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
            {
                transposed[j, i] = matrix[i, j];
            }
        }

        return transposed;
    }
}
