using System.Diagnostics;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Cli.Bench;

/// <summary>How long ranks take to add up a tensor between them.</summary>
/// <param name="Bytes">Of the tensor.</param>
/// <param name="Seconds">The median of several sums, each the slowest rank's.</param>
internal sealed record MessageTime(long Bytes, double Seconds)
{
    /// <summary>All ranks ask together.</summary>
    public static MessageTime Of(ICommunicator ranks, long bytes, Device device, int repeats)
    {
        using var scope = NewDisposeScope();
        Tensor values = zeros(bytes / sizeof(float), device: device);
        double[] seconds = new double[repeats];
        for (int i = -1; i < repeats; i++)
        {
            ranks.AllReduceScalars(0); // all begin together
            long start = Stopwatch.GetTimestamp();
            ranks.AllReduce(values).Wait();
            Synchronisation.With(device);
            double took = ranks.AllGatherBytes(BitConverter.GetBytes(Stopwatch.GetElapsedTime(start).TotalSeconds)).Max(one => BitConverter.ToDouble(one));
            if (i >= 0) // the one before makes the connections
            {
                seconds[i] = took;
            }
        }

        Array.Sort(seconds);
        return new MessageTime(bytes, seconds[repeats / 2]);
    }

    /// <summary>The ring's model through two measurements: latency from the short message, bandwidth from what the long one takes longer.</summary>
    public static AllReduceCost Fit(MessageTime small, MessageTime large, int ranks)
    {
        double passes = 2.0 * (ranks - 1);
        double bandwidth = passes / ranks * (large.Bytes - small.Bytes) / Math.Max(1e-9, large.Seconds - small.Seconds);
        return new AllReduceCost(bandwidth, Math.Max(0, (small.Seconds / passes) - (small.Bytes / (ranks * bandwidth))), Buckets: 1);
    }
}
