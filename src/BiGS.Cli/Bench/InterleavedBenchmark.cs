using System.Diagnostics;
using BiGS.Inference;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>A side as it takes part: its name and what it computes in.</summary>
internal sealed record BenchmarkCase(string Subject, Precision Precision)
{
    /// <summary>The precision's name in results.</summary>
    public string PrecisionName => BiGS.Cli.Bench.BenchmarkSubject.OwnPrecision(Subject) ?? Precision.ToString().ToLowerInvariant();
}

/// <summary>
/// The sides do the same work in turn, so that whatever else the machine does falls on all of them alike; of each the median counts.
/// </summary>
/// <param name="Work">What is timed.</param>
/// <param name="Contestants">Who takes part.</param>
/// <param name="Batch">b.</param>
/// <param name="Length">l.</param>
/// <param name="Width">d.</param>
/// <param name="Repeats">Turns of each that count.</param>
/// <param name="Device">Where all compute.</param>
internal sealed record InterleavedBenchmark(Work Work, IReadOnlyList<BenchmarkCase> Contestants, int Batch, int Length, int Width, int Repeats, Device Device)
{
    /// <summary>Turns of each that do not count: the first prepares products for their shapes.</summary>
    private const int WarmUps = 2;

    public IReadOnlyList<BenchResult> Run(CancellationToken cancellationToken)
    {
        var sides = new List<BenchmarkSubject>();
        var peaks = new List<long>();
        try
        {
            foreach (BenchmarkCase contestant in Contestants)
            {
                ResidentMemory.Settle();
                long before = ResidentMemory.Now;
                BenchmarkSubject side = BenchmarkSubject.Of(contestant.Subject, Work, contestant.Precision, Batch, Length, Width, Device);
                sides.Add(side);
                for (int i = 0; i < WarmUps; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    side.Run();
                }

                Synchronisation.With(Device);

                peaks.Add(ResidentMemory.Peak - before);
            }

            double[][] seconds = [.. sides.Select(_ => new double[Repeats])];
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                for (int s = 0; s < sides.Count; s++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    long start = Stopwatch.GetTimestamp();
                    sides[s].Run();
                    Synchronisation.With(Device);
                    seconds[s][repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }

            return
            [
                .. Contestants.Select((contestant, s) => new BenchResult(
                    Work, contestant.Subject, contestant.PrecisionName, Length, Batch, Width, Median(seconds[s]), peaks[s])),
            ];
        }
        finally
        {
            sides.ForEach(side => side.Dispose());
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
