namespace BiGS.Training.Distributed;

/// <summary>
/// Processes that found each other and exchange small messages, long before any of them knows on which device it computes. Every rank calls the same
/// members in the same order, from one thread.
/// </summary>
/// <remarks>Whatever waits for another rank throws <see cref="RankLostException"/> where that rank is gone.</remarks>
public interface IProcessGroup : IDisposable
{
    /// <summary>r, in [0, W). Rank 0 writes the log and the checkpoints.</summary>
    int Rank { get; }

    /// <summary>W.</summary>
    int WorldSize { get; }

    /// <summary>The rank among those on the same machine: which of its GPUs is this rank's.</summary>
    int LocalRank { get; }

    /// <summary>What carries the messages, and on how many machines: for people.</summary>
    string Description { get; }

    /// <summary>Called with the number of a rank that is found to be gone, on another thread, before anybody who waits for it is told.</summary>
    Action<int>? RankLost { get; set; }

    /// <summary>A few numbers added up over all ranks, in the order of the ranks: the same to the last bit everywhere.</summary>
    double[] AllReduceScalars(params ReadOnlySpan<double> values);

    /// <summary>A few bytes of every rank, in the order of the ranks.</summary>
    IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine);

    /// <summary>Says that the run has come to its end: from here on nobody misses a rank that leaves. To be called by all; again, it does nothing.</summary>
    void Complete();

    /// <summary>Whether it is so on any rank.</summary>
    bool Any(bool here) => WorldSize > 1 ? AllReduceScalars(here ? 1 : 0)[0] > 0 : here;

    /// <summary>What rank 0 gives, on every rank; what the others give is not looked at.</summary>
    byte[] BroadcastBytes(ReadOnlySpan<byte> bytes) => AllGatherBytes(Rank == 0 ? bytes : [])[0];

    /// <summary>The number of this rank's GPU among those that it sees. Some launchers show every rank its own only.</summary>
    int SelectGpu(int seen) => LocalRank % Math.Max(1, seen);
}

/// <summary>Another rank ended, crashed or cannot be reached any more, so the run cannot go on.</summary>
public sealed class RankLostException(int rank, Exception? cause = null)
    : Exception($"rank {rank} is gone (killed, crashed, or its machine cannot be reached), and the run stops", cause)
{
    public int Rank => rank;
}
