using System.Diagnostics;
using System.Runtime.ExceptionServices;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Support;

/// <summary>Ranks that are threads of this process and meet at a barrier: the plainest communicator that there can be.</summary>
internal sealed class RanksInMemory(int rank, RanksInMemory.Meeting meeting) : ICommunicator
{
    private readonly Stopwatch _waited = new();

    public int Rank => rank;

    public int WorldSize => meeting.Count;

    public string Description => $"{WorldSize} threads";

    public TimeSpan BusyTime => TimeSpan.Zero;

    public TimeSpan WaitTime => _waited.Elapsed;

    public int LocalRank => rank;

    public Action<int>? RankLost { get; set; }

    /// <summary>Messages that were begun before they had to be.</summary>
    public int Begun { get; private set; }

    /// <summary>Does the same on every rank; throws what the first that failed threw.</summary>
    public static void Run(int count, Action<RanksInMemory> work)
    {
        var meeting = new Meeting(count);
        Exception? first = null;
        Thread[] threads = [.. Enumerable.Range(0, count).Select(r => new Thread(() =>
        {
            try
            {
                work(new RanksInMemory(r, meeting));
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, failure, null); // the others fail because this one has left
                meeting.Leave();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    public IWork AllReduce(Tensor flat) => Later(() => Together(flat, all => flat.copy_(Added(all))));

    public IWork ReduceScatter(Tensor flat) => Later(() =>
    {
        (long start, long length) = ((ICommunicator)this).Part(flat.numel(), rank);
        Together(flat, all =>
        {
            Tensor sum = Added(all);
            flat.fill_(double.NaN); // whoever reads more than its own is found out
            flat.narrow(0, start, length).copy_(sum.narrow(0, start, length));
        });
    });

    public IWork AllGather(Tensor flat) => Later(() => Together(flat, all =>
    {
        for (int r = 0; r < WorldSize; r++)
        {
            (long start, long length) = ((ICommunicator)this).Part(flat.numel(), r);
            flat.narrow(0, start, length).copy_(all[r].narrow(0, start, length));
        }
    }));

    public IWork Broadcast(Tensor flat) => Later(() => Together(flat, all => flat.copy_(all[0])));

    public double[] AllReduceScalars(params ReadOnlySpan<double> values)
    {
        double[][] all = Exchange(values.ToArray());
        return [.. all[0].Select((_, i) => all.Sum(of => of[i]))];
    }

    public IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine) => Exchange(mine.ToArray());

    public void Complete()
    {
    }

    public void Dispose()
    {
    }

    private static Tensor Added(Tensor[] all)
    {
        Tensor sum = all[0].clone();
        foreach (Tensor other in all.Skip(1))
        {
            sum.add_(other);
        }

        return sum;
    }

    /// <summary>Waits for the others' copies, so that what is done with them cannot change what they read.</summary>
    private void Together(Tensor flat, Action<Tensor[]> then)
    {
        using var scope = NewDisposeScope();
        using Tensor copy = flat.clone();
        then(Exchange(copy));
        Exchange(true);
    }

    private T[] Exchange<T>(T mine)
        where T : notnull
    {
        _waited.Start();
        T[] all = meeting.Exchange(rank, mine);
        _waited.Stop();
        return all;
    }

    private Deferred Later(Action action)
    {
        Begun++;
        return new Deferred(action);
    }

    private sealed class Deferred(Action action) : IWork
    {
        public void Wait() => action();
    }

    /// <summary>Where everybody lays something down and takes what all have laid.</summary>
    internal sealed class Meeting(int count)
    {
        private readonly Barrier _barrier = new(count);
        private readonly object[] _laid = new object[count];

        public int Count => count;

        public T[] Exchange<T>(int rank, T mine)
            where T : notnull
        {
            _laid[rank] = mine;
            Meet();
            T[] all = [.. _laid.Cast<T>()];
            Meet();
            return all;
        }

        /// <summary>Ends the waiting of the others.</summary>
        public void Leave() => _barrier.RemoveParticipant();

        private void Meet()
        {
            _barrier.SignalAndWait();
            Assert.Equal(count, _barrier.ParticipantCount);
        }
    }
}
