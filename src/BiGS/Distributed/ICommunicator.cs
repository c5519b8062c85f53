using static TorchSharp.torch;

namespace BiGS.Distributed;

/// <summary>
/// The ranks of a run: W processes that train one model, each on its part of every batch. What a rank may ask of the others is here, and nothing
/// else is sent between them. Every rank calls the same members in the same order, from one thread.
/// </summary>
/// <remarks>Whatever waits for another rank throws <see cref="RankLostException"/> where that rank is gone.</remarks>
public interface ICommunicator : IDisposable
{
    /// <summary>r, in [0, W). Rank 0 writes the log and the checkpoints.</summary>
    int Rank { get; }

    /// <summary>W.</summary>
    int WorldSize { get; }

    /// <summary>What carries the messages, and on how many machines: for people.</summary>
    string Description { get; }

    /// <summary>How long messages were on their way in all, whether or not anything waited for them.</summary>
    TimeSpan Busy { get; }

    /// <summary>How long this rank had to wait for them: the part of the time that they cost.</summary>
    TimeSpan Waited { get; }

    /// <summary>The rank among those on the same machine: which of its GPUs is this rank's.</summary>
    int LocalRank { get; }

    /// <summary>Called with the number of a rank that is found to be gone, on another thread, before anybody who waits for it is told.</summary>
    Action<int>? Missed { get; set; }

    /// <summary>Begins to add a tensor up over all ranks, in place.</summary>
    /// <param name="flat">(n), contiguous; not to be touched until the work is done.</param>
    IWork Sum(Tensor flat);

    /// <summary>Begins the same for a rank that needs only its own <see cref="Part"/> of the sum: afterwards the rest of the tensor is of no use.</summary>
    IWork SumPart(Tensor flat);

    /// <summary>Begins to give every rank's <see cref="Part"/> to all others, in place.</summary>
    IWork ShareParts(Tensor flat);

    /// <summary>Begins to replace a tensor by rank 0's.</summary>
    IWork Broadcast(Tensor flat);

    /// <summary>A few numbers added up over all ranks, in the order of the ranks: the same to the last bit everywhere.</summary>
    double[] Totals(params ReadOnlySpan<double> values);

    /// <summary>A few bytes of every rank, in the order of the ranks.</summary>
    IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> mine);

    /// <summary>Says that the run has come to its end: from here on nobody misses a rank that leaves. To be called by all; again, it does nothing.</summary>
    void Finish();

    /// <summary>The elements of n that are a rank's own: [n r / W, n (r + 1) / W).</summary>
    (long Start, long Length) Part(long n, int rank)
    {
        long start = n * rank / WorldSize;
        return (start, (n * (rank + 1) / WorldSize) - start);
    }

    /// <summary>Whether it is so on any rank.</summary>
    bool Any(bool here) => WorldSize > 1 ? Totals(here ? 1 : 0)[0] > 0 : here;

    /// <summary>What rank 0 gives, on every rank; what the others give is not looked at.</summary>
    byte[] FromRankZero(ReadOnlySpan<byte> bytes) => AllGather(Rank == 0 ? bytes : [])[0];
}

/// <summary>Something that was begun.</summary>
public interface IWork
{
    /// <summary>Returns when it is done.</summary>
    /// <exception cref="RankLostException">A rank is gone, so it never will be.</exception>
    void Wait();
}

/// <summary>Another rank ended, crashed or cannot be reached any more, so the run cannot go on.</summary>
public sealed class RankLostException(int rank, Exception? cause = null)
    : Exception($"rank {rank} is gone (killed, crashed, or its machine cannot be reached), and the run stops", cause)
{
    public int Rank => rank;
}
