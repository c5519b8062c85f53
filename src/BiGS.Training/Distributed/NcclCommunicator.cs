using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training.Distributed;

/// <summary>
/// Ranks with a GPU each, whose tensors go from one GPU to the other by NCCL. Small messages, and the id by which NCCL's ranks find each other, go
/// where the processes met: over MPI or TCP.
/// </summary>
/// <remarks>
/// <para>
/// Nothing here waits for a GPU. <see cref="BusyTime"/> and <see cref="WaitTime"/> are what the GPU's own clock says: the time between a message's begin and end on
/// its stream (in which it may have waited for ranks that were not there yet), and the time for which libtorch's stream had nothing to do because a message
/// was not there; and in both, the time for small messages. What is not known to be over is not counted yet.
/// </para>
/// <para>A rank that is gone leaves the others' messages on their GPUs for ever. Whoever is called by <see cref="RankLost"/> ends the process, as the command does.</para>
/// </remarks>
public sealed partial class NcclCommunicator : ICommunicator
{
    private readonly IProcessGroup _meeting;
    private readonly CudaStreams _cuda;
    private readonly NcclLibrary _nccl;
    private readonly Device _memory;
    private readonly nint _communicator;
    private readonly CommunicationStream _stream;
    private readonly Stopwatch _small = new();
    private volatile RankLostException? _lost;
    private bool _left;

    /// <param name="processGroup">Where the processes met; belongs to the communicator from here on.</param>
    /// <param name="gpu">The number of this rank's among those that it sees.</param>
    /// <exception cref="PlatformNotSupportedException">There is no NCCL or no driver on this machine.</exception>
    public NcclCommunicator(IProcessGroup processGroup, int gpu)
        : this(processGroup, gpu, CudaStreams.Load(), NcclLibrary.Load(), new Device(DeviceType.CUDA, gpu))
    {
    }

    /// <param name="processGroup">Where the processes met.</param>
    /// <param name="gpu">The number of this rank's.</param>
    /// <param name="cuda">Streams.</param>
    /// <param name="nccl">Messages.</param>
    /// <param name="memory">Where tensors must lie.</param>
    internal NcclCommunicator(IProcessGroup processGroup, int gpu, CudaStreams cuda, NcclLibrary nccl, Device memory)
    {
        (_meeting, _cuda, _nccl, _memory) = (processGroup, cuda, nccl, memory);
        RankLost = processGroup.RankLost;
        processGroup.RankLost = rank =>
        {
            RankLost?.Invoke(rank);
            _lost = new RankLostException(rank);
        };
        byte[] id = processGroup.BroadcastBytes(processGroup.Rank == 0 ? nccl.NewId() : []);
        cuda.Open(gpu);
        _communicator = nccl.Join(id, Rank, WorldSize);
        _stream = new CommunicationStream(cuda);
        Description = $"{processGroup.Description} and {nccl.Version()}";
    }

    public int Rank => _meeting.Rank;

    public int WorldSize => _meeting.WorldSize;

    public int LocalRank => _meeting.LocalRank;

    public string Description { get; }

    public TimeSpan BusyTime => _stream.Busy + _small.Elapsed;

    public TimeSpan WaitTime => _stream.Waited + _small.Elapsed;

    public Action<int>? RankLost { get; set; }

    /// <summary>Whether NCCL and a driver are here.</summary>
    /// <param name="remedy">What is missing and what to do.</param>
    public static bool IsAvailable(out string remedy)
    {
        try
        {
            _ = CudaStreams.Load();
            _ = NcclLibrary.Load();
            remedy = string.Empty;
            return true;
        }
        catch (PlatformNotSupportedException missing)
        {
            remedy = missing.Message;
            return false;
        }
    }

    public IWork AllReduce(Tensor flat) => Begin(flat, (values, type, stream) => _nccl.AllReduce(values, flat.numel(), type, _communicator, stream));

    public IWork ReduceScatter(Tensor flat) => Begin(flat, (values, type, stream) =>
    {
        (long start, long count, nint size) = Own(flat);
        if (AreEqual(flat.numel()))
        {
            _nccl.ReduceScatter(values, values + (nint)start * size, count, type, _communicator, stream);
        }
        else
        {
            ByParts(flat.numel(), (from, length, rank) => _nccl.Reduce(values + (nint)from * size, length, type, rank, _communicator, stream));
        }
    });

    public IWork AllGather(Tensor flat) => Begin(flat, (values, type, stream) =>
    {
        (long start, long count, nint size) = Own(flat);
        if (AreEqual(flat.numel()))
        {
            _nccl.AllGather(values + (nint)start * size, values, count, type, _communicator, stream);
        }
        else
        {
            ByParts(flat.numel(), (from, length, rank) => _nccl.Broadcast(values + (nint)from * size, length, type, rank, _communicator, stream));
        }
    });

    public IWork Broadcast(Tensor flat) => Begin(flat, (values, type, stream) => _nccl.Broadcast(values, flat.numel(), type, 0, _communicator, stream));

    public double[] AllReduceScalars(params ReadOnlySpan<double> values)
    {
        _small.Start();
        double[] totals = _meeting.AllReduceScalars(values);
        _small.Stop();
        return totals;
    }

    public IReadOnlyList<byte[]> AllGatherBytes(ReadOnlySpan<byte> mine)
    {
        _small.Start();
        IReadOnlyList<byte[]> all = _meeting.AllGatherBytes(mine);
        _small.Stop();
        return all;
    }

    public void Complete()
    {
        if (_left)
        {
            return;
        }

        _stream.Synchronize();
        _nccl.Leave(_communicator);
        _left = true;
        _meeting.Complete();
    }

    /// <summary>A rank that leaves without <see cref="Complete"/> failed: what is on its way is given up, and the others miss it.</summary>
    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            _cuda.Enter();
            _nccl.Abort(_communicator);
        }

        _meeting.Dispose();
    }

    private IWork Begin(Tensor flat, Action<nint, NcclType, nint> message)
    {
        ThrowIfLost();
        if (flat.device_type != _memory.type || flat.device_index != _memory.index)
        {
            throw new NotSupportedException($"A tensor on {flat.device} was to be sent by NCCL, and this rank's are on {_memory}; move the model there first.");
        }

        NcclType type = flat.dtype switch
        {
            ScalarType.Float32 => NcclType.Single,
            ScalarType.Float64 => NcclType.Double,
            _ => throw new NotSupportedException($"A tensor of {flat.dtype} was to be sent; ranks exchange float32 and float64."),
        };
        Check(Address(flat.Handle, out nint values));
        _cuda.Enter();
        return _stream.Begin(stream => message(values, type, stream), ThrowIfLost);
    }

    private (long Start, long Count, nint Size) Own(Tensor flat)
    {
        (long start, long count) = ((ICommunicator)this).Part(flat.numel(), Rank);
        return (start, count, (nint)flat.element_size());
    }

    /// <summary>NCCL's own division is into equal parts.</summary>
    private bool AreEqual(long n) => n % WorldSize == 0;

    /// <summary>Where parts are not equal, each is a message of its own, from or to the rank whose it is.</summary>
    private void ByParts(long n, Action<long, long, int> message) => _nccl.Together(() =>
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            (long start, long length) = ((ICommunicator)this).Part(n, rank);
            if (length > 0)
            {
                message(start, length, rank);
            }
        }
    });

    private void ThrowIfLost()
    {
        if (_lost is { } lost)
        {
            throw lost;
        }
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"libtorch does not say where a tensor lies (code {code}); only dense tensors can be sent.");
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int Address(nint tensor, out nint values);
}
