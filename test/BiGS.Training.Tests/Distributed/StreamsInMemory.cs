using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

/// <summary>
/// Streams and events of CUDA on a processor, as functions in C's manner that are handed to <see cref="CudaStreams"/>: a stream is a thread that does one
/// thing after the other; the default stream is the thread that calls, as libtorch's operations on a processor are.
/// </summary>
internal static unsafe class StreamsInMemory
{
    private const int Success = 0;
    private const int InvalidContext = 201;
    private const int NotReady = 600;
    private const int Context = 1_000;

    private static readonly ConcurrentDictionary<nint, BlockingCollection<Action>> Streams = [];
    private static readonly ConcurrentDictionary<nint, Moment?> Events = [];
    private static readonly ConcurrentDictionary<nint, bool> Following = [];
    private static readonly nint Error = Marshal.StringToCoTaskMemUTF8("invalid context");
    private static int _count;

    /// <summary>This thread's GPU's context; 0 for none.</summary>
    [field: ThreadStatic]
    public static nint Current { get; private set; }

    public static CudaStreams New() => new(name => name switch
    {
        "cuInit" => (nint)(delegate* unmanaged<uint, int>)&Init,
        "cuDeviceGet" => (nint)(delegate* unmanaged<int*, int, int>)&DeviceGet,
        "cuDevicePrimaryCtxRetain" => (nint)(delegate* unmanaged<nint*, int, int>)&PrimaryContext,
        "cuCtxSetCurrent" => (nint)(delegate* unmanaged<nint, int>)&SetCurrent,
        "cuStreamCreate" => (nint)(delegate* unmanaged<nint*, uint, int>)&StreamCreate,
        "cuStreamWaitEvent" => (nint)(delegate* unmanaged<nint, nint, uint, int>)&WaitEvent,
        "cuStreamSynchronize" => (nint)(delegate* unmanaged<nint, int>)&Synchronize,
        "cuEventCreate" => (nint)(delegate* unmanaged<nint*, uint, int>)&EventCreate,
        "cuEventRecord" => (nint)(delegate* unmanaged<nint, nint, int>)&EventRecord,
        "cuEventQuery" => (nint)(delegate* unmanaged<nint, int>)&EventQuery,
        "cuEventElapsedTime" => (nint)(delegate* unmanaged<float*, nint, nint, int>)&ElapsedTime,
        "cuGetErrorString" => (nint)(delegate* unmanaged<int, byte**, int>)&GetErrorString,
        _ => throw new EntryPointNotFoundException(name),
    });

    /// <summary>Puts something on a stream.</summary>
    public static void Put(nint stream, Action action)
    {
        if (stream == CudaStreams.Default)
        {
            action();
        }
        else
        {
            Streams[stream].Add(action);
        }
    }

    /// <summary>
    /// Whether the stream has been told to wait for the default one since this was last asked. On a processor nothing would go wrong without it, since the
    /// default stream is always done.
    /// </summary>
    public static bool FollowsDefault(nint stream) => Following.TryRemove(stream, out _);

    [UnmanagedCallersOnly]
    private static int Init(uint flags) => Success;

    [UnmanagedCallersOnly]
    private static int DeviceGet(int* device, int ordinal)
    {
        *device = ordinal;
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int PrimaryContext(nint* context, int device)
    {
        *context = Context + device;
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int SetCurrent(nint context)
    {
        Current = context;
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int StreamCreate(nint* stream, uint flags)
    {
        if (Current == 0)
        {
            return InvalidContext;
        }

        var actions = new BlockingCollection<Action>();
        *stream = Interlocked.Increment(ref _count);
        Streams[*stream] = actions;
        var thread = new Thread(() =>
        {
            foreach (Action action in actions.GetConsumingEnumerable())
            {
                action();
            }
        });
        thread.IsBackground = true;
        thread.Start();
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int WaitEvent(nint stream, nint moment, uint flags)
    {
        // The event as it was recorded last before this call.
        if (Events[moment] is { } recorded)
        {
            Put(stream, recorded.Reached.Wait);
            if (recorded.Stream == CudaStreams.Default)
            {
                Following[stream] = true;
            }
        }

        return Current == 0 ? InvalidContext : Success;
    }

    [UnmanagedCallersOnly]
    private static int Synchronize(nint stream)
    {
        using var empty = new ManualResetEventSlim();
        Put(stream, empty.Set);
        empty.Wait();
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int EventCreate(nint* moment, uint flags)
    {
        *moment = Interlocked.Increment(ref _count);
        Events[*moment] = null;
        return Current == 0 ? InvalidContext : Success;
    }

    [UnmanagedCallersOnly]
    private static int EventRecord(nint moment, nint stream)
    {
        var recorded = new Moment(stream);
        Events[moment] = recorded;
        Put(stream, recorded.Reach);
        return Current == 0 ? InvalidContext : Success;
    }

    [UnmanagedCallersOnly]
    private static int EventQuery(nint moment) => Events[moment] is { Reached.IsSet: false } ? NotReady : Success;

    [UnmanagedCallersOnly]
    private static int ElapsedTime(float* milliseconds, nint earlier, nint later)
    {
        *milliseconds = (float)Stopwatch.GetElapsedTime(Events[earlier]!.At, Events[later]!.At).TotalMilliseconds;
        return Success;
    }

    [UnmanagedCallersOnly]
    private static int GetErrorString(int code, byte** text)
    {
        *text = (byte*)Error;
        return Success;
    }

    private sealed class Moment(nint stream)
    {
        public nint Stream => stream;

        public ManualResetEventSlim Reached { get; } = new();

        public long At { get; private set; }

        public void Reach()
        {
            At = Stopwatch.GetTimestamp();
            Reached.Set();
        }
    }
}
