using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

/// <summary>
/// NCCL as its documentation has it, between threads and on a processor's memory: functions in C's manner that are handed to <see cref="NcclLibrary"/>.
/// Messages travel on <see cref="StreamsInMemory"/>, late. Ranks whose calls do not fit each other get NaN, where NCCL would wait for ever.
/// </summary>
internal static unsafe class NcclInMemory
{
    private const int Success = 0;
    private const int InvalidArgument = 4;
    private const int InvalidUsage = 5;

    /// <summary>Whoever does not wait for a message reads what was there before.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<string, Clique> Cliques = [];
    private static readonly ConcurrentDictionary<nint, Member> Members = [];
    private static readonly nint Error = Marshal.StringToCoTaskMemUTF8("invalid usage");
    private static int _count;

    [ThreadStatic]
    private static List<Action>? _group;

    public static NcclLibrary Library { get; } = new(name => name switch
    {
        "ncclGetVersion" => (nint)(delegate* unmanaged<int*, int>)&GetVersion,
        "ncclGetErrorString" => (nint)(delegate* unmanaged<int, nint>)&GetErrorString,
        "ncclGetUniqueId" => (nint)(delegate* unmanaged<byte*, int>)&GetUniqueId,
        "ncclCommInitRank" => (nint)(delegate* unmanaged<nint*, int, NcclLibrary.Id, int, int>)&CommInitRank,
        "ncclCommDestroy" => (nint)(delegate* unmanaged<nint, int>)&CommDestroy,
        "ncclCommAbort" => (nint)(delegate* unmanaged<nint, int>)&CommDestroy,
        "ncclGroupStart" => (nint)(delegate* unmanaged<int>)&GroupStart,
        "ncclGroupEnd" => (nint)(delegate* unmanaged<int>)&GroupEnd,
        "ncclAllReduce" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&AllReduce,
        "ncclReduceScatter" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&ReduceScatter,
        "ncclReduce" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, int, nint, nint, int>)&Reduce,
        "ncclAllGather" => (nint)(delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)&AllGather,
        "ncclBroadcast" => (nint)(delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)&Broadcast,
        _ => throw new EntryPointNotFoundException(name),
    });

    [UnmanagedCallersOnly]
    private static int GetVersion(int* version)
    {
        *version = 22_705;
        return Success;
    }

    [UnmanagedCallersOnly]
    private static nint GetErrorString(int code) => Error;

    [UnmanagedCallersOnly]
    private static int GetUniqueId(byte* id)
    {
        RandomNumberGenerator.Fill(new Span<byte>(id, NcclLibrary.Id.Length));
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int CommInitRank(nint* communicator, int worldSize, NcclLibrary.Id id, int rank)
    {
        Clique clique = Cliques.GetOrAdd(Convert.ToHexString(new ReadOnlySpan<byte>(id.Bytes, NcclLibrary.Id.Length)), _ => new Clique(worldSize));
        nint gpu = StreamsInMemory.Current;
        object?[]? gpus = clique.Exchange(rank, gpu);
        if (gpus is null || gpu == 0 || gpus.Distinct().Count() < worldSize)
        {
            return InvalidUsage; // not all came, or two on one GPU
        }

        *communicator = Interlocked.Increment(ref _count);
        Members[*communicator] = new Member(clique, rank, gpu);
        return Success;
    }

    /// <summary>Nothing is written into tensors any more once it returns.</summary>
    [UnmanagedCallersOnly]
    private static int CommDestroy(nint communicator) =>
        Members.TryRemove(communicator, out Member? member) && SpinWait.SpinUntil(() => member.OnTheirWay == 0, 2 * Patience) ? Success : InvalidArgument;

    [UnmanagedCallersOnly]
    private static int GroupStart()
    {
        _group = [];
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int GroupEnd()
    {
        List<Action> group = _group!;
        _group = null;
        group.ForEach(message => message());
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int AllReduce(nint from, nint to, nuint count, int type, int sum, nint communicator, nint stream) =>
        Message("all-reduce", from, (int)count, type, communicator, stream, (all, _) => Write(to, type, Sum(all, type)));

    [UnmanagedCallersOnly]
    private static int Reduce(nint from, nint to, nuint count, int type, int sum, int root, nint communicator, nint stream) =>
        Message($"reduce to {root}", from, (int)count, type, communicator, stream, (all, rank) =>
        {
            if (rank == root)
            {
                Write(to, type, Sum(all, type));
            }
        });

    [UnmanagedCallersOnly]
    private static int ReduceScatter(nint from, nint to, nuint count, int type, int sum, nint communicator, nint stream) =>
        Message("reduce-scatter", from, (int)count * Members[communicator].Clique.Count, type, communicator, stream, (all, rank) =>
            Write(to, type, Sum(all, type).AsSpan(rank * (int)count, (int)count).ToArray()));

    [UnmanagedCallersOnly]
    private static int AllGather(nint from, nint to, nuint count, int type, nint communicator, nint stream) =>
        Message("all-gather", from, (int)count, type, communicator, stream, (all, _) => Write(to, type, [.. all.SelectMany(values => values)]));

    [UnmanagedCallersOnly]
    private static int Broadcast(nint from, nint to, nuint count, int type, int root, nint communicator, nint stream) =>
        Message($"broadcast of {root}", from, (int)count, type, communicator, stream, (all, _) => Write(to, type, all[root]));

    /// <param name="what">All ranks must say the same.</param>
    /// <param name="from">This rank's values.</param>
    /// <param name="count">Of them.</param>
    /// <param name="type">NCCL's number.</param>
    /// <param name="communicator">Of this rank.</param>
    /// <param name="stream">On which it travels.</param>
    /// <param name="arrive">Does the rest, given all ranks' values and this rank.</param>
    private static int Message(string what, nint from, int count, int type, nint communicator, nint stream, Action<double[][], int> arrive)
    {
        if (!Members.TryGetValue(communicator, out Member? member) || StreamsInMemory.Current != member.Gpu)
        {
            return InvalidArgument; // the wrong GPU is this thread's
        }

        if (_group is not { Count: > 0 } && !StreamsInMemory.FollowsDefault(stream))
        {
            return InvalidUsage; // what is sent may not have been computed yet
        }

        Interlocked.Increment(ref member.OnTheirWay);
        void Put() => StreamsInMemory.Put(stream, () =>
        {
            object?[]? all = member.Clique.Exchange(member.Rank, (what, count, type, Read(from, type, count)));
            Thread.Sleep(Late);
            (string What, int Count, int Type, double[] Values)[] calls = [.. (all ?? [(what, count, type, new double[count])]).Cast<(string, int, int, double[])>()];
            bool fit = all is not null && calls.DistinctBy(call => (call.What, call.Count, call.Type)).Count() == 1;
            double[][] values = [.. calls.Select(call => call.Values)];
            arrive(fit ? values : [.. Enumerable.Range(0, member.Clique.Count).Select(_ => Enumerable.Repeat(double.NaN, count).ToArray())], member.Rank);
            Interlocked.Decrement(ref member.OnTheirWay);
        });

        if (_group is { } group)
        {
            group.Add(Put);
        }
        else
        {
            Put();
        }

        return Success;
    }

    private static double[] Read(nint from, int type, int count) => type == (int)NcclType.Single
        ? [.. new ReadOnlySpan<float>((void*)from, count).ToArray().Select(value => (double)value)]
        : new ReadOnlySpan<double>((void*)from, count).ToArray();

    private static void Write(nint to, int type, double[] values)
    {
        if (type == (int)NcclType.Single)
        {
            Array.ConvertAll(values, value => (float)value).CopyTo(new Span<float>((void*)to, values.Length));
        }
        else
        {
            values.CopyTo(new Span<double>((void*)to, values.Length));
        }
    }

    /// <summary>In the order of the ranks, in the values' own precision.</summary>
    private static double[] Sum(double[][] all, int type) =>
        [.. all[0].Select((_, i) => all.Skip(1).Aggregate(all[0][i], (sum, of) => type == (int)NcclType.Single ? (float)sum + (float)of[i] : sum + of[i]))];

    private sealed class Member(Clique clique, int rank, nint gpu)
    {
        /// <summary>Messages that have been put on a stream and have not arrived.</summary>
        public int OnTheirWay;

        public Clique Clique => clique;

        public int Rank => rank;

        public nint Gpu => gpu;
    }

    /// <summary>Ranks that have the same id.</summary>
    private sealed class Clique(int count)
    {
        private readonly Barrier _barrier = new(count);
        private readonly object?[] _laid = new object?[count];

        public int Count => count;

        /// <returns>What all have laid down; null where not all came.</returns>
        public object?[]? Exchange(int rank, object mine)
        {
            _laid[rank] = mine;
            if (!_barrier.SignalAndWait(Patience))
            {
                return null;
            }

            object?[] all = [.. _laid];
            return _barrier.SignalAndWait(Patience) ? all : null;
        }
    }
}
