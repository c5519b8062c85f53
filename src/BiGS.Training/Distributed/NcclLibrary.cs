using System.Runtime.InteropServices;

namespace BiGS.Training.Distributed;

/// <summary>The functions of NCCL that the ranks need, found at run time. All but joining and leaving are put on a stream and return at once.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>The file of the library, where it is not found.</summary>
    public const string PathVariable = "BIGS_NCCL";

    public const string HowToInstall =
        "it comes with PyTorch for CUDA (name its libtorch in " + LibtorchVariable + ") and as Debian's libnccl2; or name the library's file in " + PathVariable;

    private const string LibtorchVariable = "BIGS_LIBTORCH";
    private const string File = "libnccl.so.2";
    private const int Success = 0;
    private const int Add = 0;

    private readonly Func<string, nint> _symbol;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> _reduceScatter;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, int, nint, nint, int> _reduce;
    private readonly delegate* unmanaged<nint, nint, nuint, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> _broadcast;

    /// <param name="symbol">Gives the address of a function of the library.</param>
    public NcclLibrary(Func<string, nint> symbol)
    {
        _symbol = symbol;
        _allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)symbol("ncclAllReduce");
        _reduceScatter = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)symbol("ncclReduceScatter");
        _reduce = (delegate* unmanaged<nint, nint, nuint, int, int, int, nint, nint, int>)symbol("ncclReduce");
        _allGather = (delegate* unmanaged<nint, nint, nuint, int, nint, nint, int>)symbol("ncclAllGather");
        _broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)symbol("ncclBroadcast");
    }

    /// <summary>Finds the NCCL that libtorch uses where it uses one, else the system's.</summary>
    /// <exception cref="PlatformNotSupportedException">None is there.</exception>
    public static NcclLibrary Load()
    {
        string[] files = [.. Files(Environment.GetEnvironmentVariable)];
        foreach (string file in files)
        {
            if (NativeLibrary.TryLoad(file, out nint library))
            {
                return new NcclLibrary(name => NativeLibrary.GetExport(library, name));
            }
        }

        throw new PlatformNotSupportedException($"there is no NCCL on this machine (looked for {string.Join(", ", files)}); {HowToInstall}.");
    }

    /// <summary>Where to look, in this order. What libtorch has loaded is found by its bare name.</summary>
    /// <param name="variable">Gives the value of a variable of the environment.</param>
    internal static IEnumerable<string> Files(Func<string, string?> variable) =>
        variable(PathVariable) is { Length: > 0 } named ? [named]
        : variable(LibtorchVariable) is { Length: > 0 } libtorch ? [File, Path.Combine(libtorch, File), Path.GetFullPath(Path.Combine(libtorch, "..", "..", "nvidia", "nccl", "lib", File))]
        : [File];

    /// <summary>Such as “NCCL 2.27.5”.</summary>
    public string Version()
    {
        int version = 0;
        Check(((delegate* unmanaged<int*, int>)_symbol("ncclGetVersion"))(&version));
        return $"NCCL {version / 10_000}.{version / 100 % 100}.{version % 100}";
    }

    /// <summary>What rank 0 makes and all ranks need in order to join each other.</summary>
    public byte[] NewId()
    {
        Id id = default;
        Check(((delegate* unmanaged<Id*, int>)_symbol("ncclGetUniqueId"))(&id));
        return new Span<byte>(id.Bytes, Id.Length).ToArray();
    }

    /// <summary>Joins the ranks, each with the GPU that is its thread's; returns when all have called it.</summary>
    /// <returns>The communicator.</returns>
    public nint Join(ReadOnlySpan<byte> id, int rank, int worldSize)
    {
        Id all = default;
        id.CopyTo(new Span<byte>(all.Bytes, Id.Length));
        nint communicator = 0;
        Check(((delegate* unmanaged<nint*, int, Id, int, int>)_symbol("ncclCommInitRank"))(&communicator, worldSize, all, rank));
        return communicator;
    }

    /// <summary>Leaves, when nothing is on its way any more.</summary>
    public void Leave(nint communicator) => Check(((delegate* unmanaged<nint, int>)_symbol("ncclCommDestroy"))(communicator));

    /// <summary>Leaves at once, whatever is on its way.</summary>
    public void Abort(nint communicator) => Check(((delegate* unmanaged<nint, int>)_symbol("ncclCommAbort"))(communicator));

    public void AllReduce(nint values, long count, NcclType type, nint communicator, nint stream) =>
        Check(_allReduce(values, values, (nuint)count, (int)type, Add, communicator, stream));

    /// <param name="values">W parts of equal length.</param>
    /// <param name="part">Takes this rank's part of the sum; may lie in the values, at its place.</param>
    /// <param name="count">Of a part.</param>
    /// <param name="type">Of the values.</param>
    /// <param name="communicator">Of all.</param>
    /// <param name="stream">On which they are summed.</param>
    public void ReduceScatter(nint values, nint part, long count, NcclType type, nint communicator, nint stream) =>
        Check(_reduceScatter(values, part, (nuint)count, (int)type, Add, communicator, stream));

    /// <summary>The sum for one rank alone.</summary>
    public void Reduce(nint values, long count, NcclType type, int root, nint communicator, nint stream) =>
        Check(_reduce(values, values, (nuint)count, (int)type, Add, root, communicator, stream));

    /// <param name="part">This rank's; may lie in the values, at its place.</param>
    /// <param name="values">Takes W parts of equal length.</param>
    /// <param name="count">Of a part.</param>
    /// <param name="type">Of the values.</param>
    /// <param name="communicator">Of all.</param>
    /// <param name="stream">On which they travel.</param>
    public void AllGather(nint part, nint values, long count, NcclType type, nint communicator, nint stream) =>
        Check(_allGather(part, values, (nuint)count, (int)type, communicator, stream));

    /// <summary>One rank's to all.</summary>
    public void Broadcast(nint values, long count, NcclType type, int root, nint communicator, nint stream) =>
        Check(_broadcast(values, values, (nuint)count, (int)type, root, communicator, stream));

    /// <summary>Makes one of several messages, so that they travel side by side.</summary>
    public void Together(Action messages)
    {
        Check(((delegate* unmanaged<int>)_symbol("ncclGroupStart"))());
        messages();
        Check(((delegate* unmanaged<int>)_symbol("ncclGroupEnd"))());
    }

    private void Check(int code)
    {
        if (code != Success)
        {
            nint text = ((delegate* unmanaged<int, nint>)_symbol("ncclGetErrorString"))(code);
            throw new IOException($"NCCL: {Marshal.PtrToStringUTF8(text)} (code {code}); NCCL_DEBUG=WARN in the environment makes it say more.");
        }
    }

    /// <summary>C functions take it by value.</summary>
    internal struct Id
    {
        public const int Length = 128;

        public fixed byte Bytes[Length];
    }
}

/// <summary>What tensors are of, by NCCL's numbers.</summary>
internal enum NcclType
{
    Single = 7,
    Double = 8,
}
