using static TorchSharp.torch;

namespace BiGS.Distributed;

/// <summary>A run without company: nothing is sent, every sum is what it was.</summary>
public sealed class OneProcess : ICommunicator
{
    public int Rank => 0;

    public int WorldSize => 1;

    public string Description => "one process";

    public TimeSpan Busy => TimeSpan.Zero;

    public TimeSpan Waited => TimeSpan.Zero;

    public int LocalRank => 0;

    public Action<int>? Missed { get; set; }

    public IWork Sum(Tensor flat) => Done.Already;

    public IWork SumPart(Tensor flat) => Done.Already;

    public IWork ShareParts(Tensor flat) => Done.Already;

    public IWork Broadcast(Tensor flat) => Done.Already;

    public double[] Totals(params ReadOnlySpan<double> values) => values.ToArray();

    public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> mine) => [mine.ToArray()];

    public void Finish()
    {
        // Nobody is there to be told.
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Done : IWork
    {
        public static readonly Done Already = new();

        public void Wait()
        {
            // There was nothing to do.
        }
    }
}
