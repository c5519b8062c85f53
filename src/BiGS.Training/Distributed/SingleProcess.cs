using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>A run without company: nothing is sent, every sum is what it was.</summary>
internal sealed class SingleProcess : ICommunicator
{
    public int Rank => 0;

    public int WorldSize => 1;

    public string Description => "one process";

    public TimeSpan BusyTime => TimeSpan.Zero;

    public TimeSpan WaitTime => TimeSpan.Zero;

    public int LocalRank => 0;

    public Action<int>? RankLost { get; set; }

    public IWork AllReduce(Tensor flat) => Done.Already;

    public IWork ReduceScatter(Tensor flat) => Done.Already;

    public IWork AllGather(Tensor flat) => Done.Already;

    public IWork Broadcast(Tensor flat) => Done.Already;

    public double[] AllReduceScalars(params ReadOnlySpan<double> values) => values.ToArray();

    public IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine) => [mine.ToArray()];

    public void Complete()
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
