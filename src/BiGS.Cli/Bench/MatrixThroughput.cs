using System.Diagnostics;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>How fast a device multiplies square matrices: what training can reach at most.</summary>
/// <param name="Size">n of an n × n by n × n product, which is 2 n³ operations.</param>
/// <param name="Seconds">Of one product, the quickest of several runs.</param>
internal sealed record MatrixThroughput(int Size, double Seconds)
{
    /// <summary>One run is long enough to be timed: products are queued until this many operations are asked for.</summary>
    private const double OperationsOfARun = 2e11;

    public double OperationsPerSecond => 2.0 * Size * Size * Size / Seconds;

    public static MatrixThroughput Of(int size, ScalarType type, Device device, int runs, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var untracked = inference_mode();
        Tensor a = randn(size, size).to(type, device);
        Tensor b = randn(size, size).to(type, device);
        int products = (int)Math.Clamp(OperationsOfARun / (2.0 * size * size * size), 1, 1_000);
        double best = double.PositiveInfinity;
        for (int run = -1; run < runs; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Synchronisation.With(device);
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < products; i++)
            {
                matmul(a, b).Dispose();
            }

            Synchronisation.With(device);
            if (run >= 0) // the one before prepares the product
            {
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / products);
            }
        }

        return new MatrixThroughput(size, best);
    }
}
