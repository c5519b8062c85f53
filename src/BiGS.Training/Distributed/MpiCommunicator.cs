using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>
/// Ranks that speak through MPI, started by <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c>. Tensors in a processor's memory are sent from where they lie;
/// those on a GPU by way of it.
/// </summary>
public sealed unsafe class MpiCommunicator : ICommunicator
{
    private readonly MpiLibrary _mpi;
    private readonly CommunicationThread _thread;
    private readonly PeerMonitor _lifeline;
    private bool _finished;

    /// <param name="launch">Who started this process, and how many with it.</param>
    /// <exception cref="PlatformNotSupportedException">There is no MPI on this machine.</exception>
    /// <exception cref="InvalidOperationException">The ranks do not find each other.</exception>
    public MpiCommunicator(LaunchContext launch)
    {
        _mpi = MpiLibrary.Load(launch);
        _lifeline = new PeerMonitor();
        _thread = new CommunicationThread(_lifeline);
        LocalRank = launch.LocalRank;
        string version = string.Empty;
        _thread.Do(() =>
        {
            (Rank, WorldSize) = _mpi.Initialize();
            version = _mpi.Version();
        });
        if (launch.WorldSize > 1 && WorldSize != launch.WorldSize)
        {
            throw new InvalidOperationException(
                $"{launch.WorldSize} processes were started, but {version} sees {WorldSize}: the MPI that started them is another one than the library; "
                + $"start them with its own mpirun, or name the right library in {MpiLibrary.PathVariable}.");
        }

        int machines = _lifeline.Join(this);
        Description = $"{WorldSize} ranks on {machines} machine{(machines == 1 ? string.Empty : "s")}, {version}";
    }

    public int Rank { get; private set; }

    public int WorldSize { get; private set; }

    public string Description { get; }

    public TimeSpan BusyTime => _thread.Busy;

    public TimeSpan WaitTime => _thread.Waited;

    public int LocalRank { get; }

    public Action<int>? RankLost
    {
        get => _lifeline.RankLost;
        set => _lifeline.RankLost = value;
    }

    /// <summary>Whether an MPI is installed.</summary>
    /// <param name="remedy">What to do where none is.</param>
    public static bool IsAvailable(out string remedy)
    {
        remedy = MpiLibrary.HowToInstall;
        try
        {
            _ = MpiLibrary.Load(LaunchContext.Single);
            return true;
        }
        catch (PlatformNotSupportedException)
        {
            // That is the answer.
            return false;
        }
    }

    public IWork AllReduce(Tensor flat) => Begin(flat, (values, type) => _mpi.AllReduce((void*)values, checked((int)flat.numel()), type));

    public IWork ReduceScatter(Tensor flat)
    {
        (int[] counts, int[] starts) = Parts(flat.numel());
        (int start, int count) = (starts[Rank], counts[Rank]);
        Tensor part = empty(count, flat.dtype).DetachFromDisposeScope(); // MPI lets no sum stand where its terms are read from
        nint sum = Address(part);
        return Begin(
            flat,
            (values, type) => _mpi.ReduceScatter((void*)values, (void*)sum, Address(counts), type),
            here =>
            {
                using Tensor own = here.narrow(0, start, count);
                own.copy_(part);
                part.Dispose();
            });
    }

    public IWork AllGather(Tensor flat)
    {
        (int[] counts, int[] starts) = Parts(flat.numel());
        return Begin(flat, (values, type) => _mpi.AllGather((void*)values, Address(counts), Address(starts), type));
    }

    public IWork Broadcast(Tensor flat) => Begin(flat, (values, type) => _mpi.Broadcast((void*)values, checked((int)flat.numel()), type));

    public double[] AllReduceScalars(params ReadOnlySpan<double> values)
    {
        int n = values.Length;
        double[] all = GC.AllocateArray<double>(n * WorldSize, pinned: true);
        values.CopyTo(all.AsSpan(Rank * n));
        int[] counts = Pinned(Enumerable.Repeat(n, WorldSize));
        int[] starts = Pinned(Enumerable.Range(0, WorldSize).Select(r => r * n));
        Wait(() => _mpi.AllGather(Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(all)), Address(counts), Address(starts), _mpi.Double));
        return [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, WorldSize).Sum(r => all[(r * n) + i]))];
    }

    public IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine)
    {
        double[] lengths = new double[WorldSize];
        lengths[Rank] = mine.Length;
        int[] counts = Pinned(AllReduceScalars(lengths).Select(length => (int)length));
        int[] starts = Pinned(counts.Select((_, r) => counts[..r].Sum()));
        byte[] all = GC.AllocateArray<byte>(Math.Max(1, counts.Sum()), pinned: true);
        mine.CopyTo(all.AsSpan(starts[Rank]));
        Wait(() => _mpi.AllGather(Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(all)), Address(counts), Address(starts), _mpi.Byte));
        return [.. counts.Select((count, r) => all.AsSpan(starts[r], count).ToArray())];
    }

    public void Complete()
    {
        if (_finished)
        {
            return;
        }

        _lifeline.SignalExit();
        _thread.Do(_mpi.Complete);
        _finished = true;
    }

    /// <summary>A rank that leaves without <see cref="Complete"/> failed: the others see its lifeline end, and stop.</summary>
    public void Dispose()
    {
        _lifeline.Dispose();
        if (_finished)
        {
            _thread.Dispose();
        }
    }

    /// <param name="flat">What is sent.</param>
    /// <param name="collective">Begins it, given where the values lie and of what type they are.</param>
    /// <param name="finish">What is left to do with the values, where they lie in a processor's memory.</param>
    private IWork Begin(Tensor flat, Func<nint, nint, nint> collective, Action<Tensor>? finish = null)
    {
        // By way of a processor's memory where MPI cannot reach the tensor.
        Tensor here = flat.device_type == DeviceType.CPU ? flat : flat.cpu().DetachFromDisposeScope();
        nint values = Address(here);
        nint type = flat.dtype switch
        {
            ScalarType.Float32 => _mpi.Single,
            ScalarType.Float64 => _mpi.Double,
            _ => throw new NotSupportedException($"A tensor of {flat.dtype} was to be sent; ranks exchange float32 and float64."),
        };
        return _thread.Begin(
            () => Asked(collective(values, type)),
            () =>
            {
                finish?.Invoke(here);
                if (!ReferenceEquals(here, flat))
                {
                    flat.copy_(here);
                    here.Dispose();
                }
            });
    }

    private void Wait(Func<nint> collective) => _thread.Begin(() => Asked(collective())).Wait();

    private Func<bool> Asked(nint request) => () => _mpi.IsDone(ref request);

    private (int[] Counts, int[] Starts) Parts(long n)
    {
        ICommunicator ranks = this;
        (long Start, long Length)[] parts = [.. Enumerable.Range(0, WorldSize).Select(r => ranks.Part(n, r))];
        return (Pinned(parts.Select(part => checked((int)part.Length))), Pinned(parts.Select(part => checked((int)part.Start))));
    }

    /// <summary>An array that stays where it is, which MPI reads until a message has arrived.</summary>
    private static int[] Pinned(IEnumerable<int> values)
    {
        int[] all = [.. values];
        int[] pinned = GC.AllocateUninitializedArray<int>(all.Length, pinned: true);
        all.CopyTo(pinned, 0);
        return pinned;
    }

    private static int* Address(int[] pinned) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    private static nint Address(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
