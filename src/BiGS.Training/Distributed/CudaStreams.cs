using System.Runtime.InteropServices;

namespace BiGS.Training.Distributed;

/// <summary>
/// Streams and events of a GPU, found at run time in the driver: libraries of the CUDA runtime have names of their own in every package of libtorch, and
/// the driver is the same for all of them.
/// </summary>
internal sealed unsafe class CudaStreams
{
    /// <summary>The stream on which libtorch computes, unless it is told otherwise.</summary>
    public const nint Default = 0;

    private const string Driver = "libcuda.so.1";
    private const int Success = 0;
    private const int NotReady = 600;
    private const uint NonBlocking = 1;

    private readonly Func<string, nint> _symbol;
    private readonly delegate* unmanaged<nint, int> _setContext;
    private readonly delegate* unmanaged<nint*, uint, int> _createEvent;
    private readonly delegate* unmanaged<nint, nint, int> _record;
    private readonly delegate* unmanaged<nint, nint, uint, int> _wait;
    private readonly delegate* unmanaged<nint, int> _query;
    private readonly delegate* unmanaged<float*, nint, nint, int> _elapsed;
    private readonly delegate* unmanaged<int, byte**, int> _errorString;
    private nint _context;

    /// <param name="symbol">Gives the address of a function of the driver.</param>
    public CudaStreams(Func<string, nint> symbol)
    {
        _symbol = symbol;
        _setContext = (delegate* unmanaged<nint, int>)symbol("cuCtxSetCurrent");
        _createEvent = (delegate* unmanaged<nint*, uint, int>)symbol("cuEventCreate");
        _record = (delegate* unmanaged<nint, nint, int>)symbol("cuEventRecord");
        _wait = (delegate* unmanaged<nint, nint, uint, int>)symbol("cuStreamWaitEvent");
        _query = (delegate* unmanaged<nint, int>)symbol("cuEventQuery");
        _elapsed = (delegate* unmanaged<float*, nint, nint, int>)symbol("cuEventElapsedTime");
        _errorString = (delegate* unmanaged<int, byte**, int>)symbol("cuGetErrorString");
    }

    /// <exception cref="PlatformNotSupportedException">There is no driver.</exception>
    public static CudaStreams Load() => NativeLibrary.TryLoad(Driver, out nint library)
        ? new CudaStreams(name => NativeLibrary.GetExport(library, name))
        : throw new PlatformNotSupportedException($"there is no NVIDIA driver on this machine ({Driver} is missing); install it, or train with PretrainingOptions.Device = cpu.");

    /// <summary>Opens a GPU, as libtorch does: both then have the same context.</summary>
    /// <param name="gpu">Its number among those that this process sees.</param>
    public void Open(int gpu)
    {
        int device = 0;
        nint context = 0;
        Check(((delegate* unmanaged<uint, int>)_symbol("cuInit"))(0));
        Check(((delegate* unmanaged<int*, int, int>)_symbol("cuDeviceGet"))(&device, gpu));
        Check(((delegate* unmanaged<nint*, int, int>)_symbol("cuDevicePrimaryCtxRetain"))(&context, device));
        _context = context;
        Enter();
    }

    /// <summary>Makes the GPU this thread's: each has its own choice, and a backward pass has threads of its own.</summary>
    public void Enter() => Check(_setContext(_context));

    /// <summary>A stream that the default one does not hold up.</summary>
    public nint NewStream()
    {
        nint stream = 0;
        Check(((delegate* unmanaged<nint*, uint, int>)_symbol("cuStreamCreate"))(&stream, NonBlocking));
        return stream;
    }

    public nint NewEvent()
    {
        nint moment = 0;
        Check(_createEvent(&moment, 0));
        return moment;
    }

    /// <summary>The event happens when the stream gets here.</summary>
    public void Record(nint moment, nint stream) => Check(_record(moment, stream));

    /// <summary>What is put on the stream from here on waits for the event; this thread does not.</summary>
    public void Wait(nint stream, nint moment) => Check(_wait(stream, moment, 0));

    public bool IsDone(nint moment)
    {
        int code = _query(moment);
        if (code == NotReady)
        {
            return false;
        }

        Check(code);
        return true;
    }

    /// <summary>Between two events that have happened.</summary>
    public TimeSpan Between(nint earlier, nint later)
    {
        float milliseconds = 0;
        Check(_elapsed(&milliseconds, earlier, later));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>This thread waits until the stream has nothing left to do.</summary>
    public void Synchronize(nint stream) => Check(((delegate* unmanaged<nint, int>)_symbol("cuStreamSynchronize"))(stream));

    private void Check(int code)
    {
        if (code == Success)
        {
            return;
        }

        byte* text = null;
        _ = _errorString(code, &text);
        throw new IOException($"CUDA: {Marshal.PtrToStringUTF8((nint)text) ?? "unknown error"} (code {code}).");
    }
}
