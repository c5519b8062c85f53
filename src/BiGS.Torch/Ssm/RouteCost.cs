using BiGS.StateSpace;

namespace BiGS.Torch.Ssm;

/// <summary>
/// What a route computes for one channel of one row in one direction, in floating-point operations (a multiplication and an addition are two). Laying
/// the system out is not counted: it happens once for all channels and rows, and for a frozen model once.
/// </summary>
internal static class RouteCost
{
    /// <param name="route">One of <see cref="SsmRoutes"/>.</param>
    /// <param name="length">L.</param>
    /// <param name="stateSize">N.</param>
    /// <exception cref="ArgumentException">The route is none of ours.</exception>
    public static double Estimate(ISsmRoute route, long length, long stateSize) => route switch
    {
        SsmRoutes => Estimate(SsmRoutes.At(length), length, stateSize),
        FftConvolution => Fft(length),
        ToeplitzProduct => 2.0 * length * length,
        ChunkedScan => Chunked(length, stateSize),
        Recurrence => ((14.0 * stateSize) + 2) * length,
        _ => throw new ArgumentException($"The cost of {route.GetType().Name} is not known; take one of {string.Join(", ", SsmRoutes.Names)}."),
    };

    /// <summary>
    /// 10 L log₂ 2L + 6 L, as the paper counts (paper.md §6): a real transform of 2L values is 5 L log₂ 2L operations, there and back, and L products of
    /// complex numbers are 6 L. The kernel's own transform is shared by all channels.
    /// </summary>
    private static double Fft(double length) => (10 * length * Math.Log2(2 * length)) + (6 * length);

    /// <summary>
    /// Of each of C chunks of Q positions, T (Q × Q), V (2N × Q) and W (Q × 2N), and the sum of the two answers; between the chunks P, for each state a
    /// real (2C × 2C).
    /// </summary>
    private static double Chunked(long length, double stateSize)
    {
        double Q = ChunkedStateSpaceModel.LengthFor(length);
        double C = Math.Ceiling(length / Q);
        return (C * ((2 * Q * Q) + (8 * stateSize * Q) + Q)) + (8 * stateSize * C * C);
    }
}
