using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>
/// The ranks of a run: W processes that train one model, each on its part of every batch. What a rank may ask of the others is here and in
/// <see cref="IProcessGroup"/>, and nothing else is sent between them.
/// </summary>
public interface ICommunicator : IProcessGroup
{
    /// <summary>How long messages were on their way in all, whether or not anything waited for them.</summary>
    TimeSpan BusyTime { get; }

    /// <summary>How long this rank had to wait for them: the part of the time that they cost.</summary>
    TimeSpan WaitTime { get; }

    /// <summary>Begins to add a tensor up over all ranks, in place.</summary>
    /// <param name="flat">(n), contiguous; not to be touched until the work is done.</param>
    IWork AllReduce(Tensor flat);

    /// <summary>Begins the same for a rank that needs only its own <see cref="Part"/> of the sum: afterwards the rest of the tensor is of no use.</summary>
    IWork ReduceScatter(Tensor flat);

    /// <summary>Begins to give every rank's <see cref="Part"/> to all others, in place.</summary>
    IWork AllGather(Tensor flat);

    /// <summary>Begins to replace a tensor by rank 0's.</summary>
    IWork Broadcast(Tensor flat);

    /// <summary>The elements of n that are a rank's own: [n r / W, n (r + 1) / W).</summary>
    (long Start, long Length) Part(long n, int rank)
    {
        long start = n * rank / WorldSize;
        return (start, (n * (rank + 1) / WorldSize) - start);
    }
}

/// <summary>Something that was begun.</summary>
public interface IWork
{
    /// <summary>Returns when what is computed from here on finds it done.</summary>
    /// <exception cref="RankLostException">A rank is gone, so it never will be.</exception>
    void Wait();
}
