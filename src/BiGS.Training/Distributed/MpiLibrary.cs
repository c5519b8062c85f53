using System.Runtime.InteropServices;
using System.Text;

namespace BiGS.Training.Distributed;

/// <summary>
/// The functions of an installed MPI that the ranks need, found at run time. Open MPI's handles are addresses of its own symbols, those of MPICH
/// (and of Intel MPI and MVAPICH, which keep its binary interface) are numbers; both fit a machine word.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The file of the library, where it is none of the usual ones.</summary>
    public const string PathVariable = "BIGS_MPI";

    public const string HowToInstall = "install one (Debian and Ubuntu: apt install openmpi-bin, or mpich), or name the library's file in " + PathVariable;

    private const int Success = 0;
    private const int LongestText = 8_192;

    /// <summary>One thread calls MPI, while others compute.</summary>
    private const int Funneled = 1;

    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.so.80"];
    private static readonly string[] Mpich = ["libmpich.so.12", "libmpi.so.12"];

    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _sum;
    private readonly nint _inPlace;
    private readonly nint _ignoredStatus;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> _allReduce;
    private readonly delegate* unmanaged<void*, void*, int*, nint, nint, nint, nint*, int> _reduceScatter;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> _broadcast;
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;

    private MpiLibrary(nint library)
    {
        _library = library;
        bool isOpenMpi = NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world);
        if (isOpenMpi)
        {
            (_sum, _inPlace, _ignoredStatus) = (Symbol("ompi_mpi_op_sum"), 1, 0);
            (Byte, Single, Double, ErrorsReturn) = (Symbol("ompi_mpi_byte"), Symbol("ompi_mpi_float"), Symbol("ompi_mpi_double"), Symbol("ompi_mpi_errors_return"));
        }
        else
        {
            (_world, _sum, _inPlace, _ignoredStatus) = (0x44000000, 0x58000003, -1, 1);
            (Byte, Single, Double, ErrorsReturn) = (0x4c00010d, 0x4c00040a, 0x4c00080b, 0x54000001);
        }

        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Symbol("MPI_Iallreduce");
        _reduceScatter = (delegate* unmanaged<void*, void*, int*, nint, nint, nint, nint*, int>)Symbol("MPI_Ireduce_scatter");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Symbol("MPI_Iallgatherv");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Symbol("MPI_Ibcast");
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Symbol("MPI_Test");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Symbol("MPI_Error_string");
    }

    public nint Byte { get; }

    public nint Single { get; }

    public nint Double { get; }

    private nint ErrorsReturn { get; }

    /// <summary>Finds the MPI that fits whoever started this process.</summary>
    /// <exception cref="PlatformNotSupportedException">None is installed.</exception>
    public static MpiLibrary Load(LaunchContext launch)
    {
        string[] files = Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named ? [named]
            : launch.Launcher == Launcher.Mpich ? [.. Mpich, .. OpenMpi]
            : [.. OpenMpi, .. Mpich];
        foreach (string file in files)
        {
            if (NativeLibrary.TryLoad(file, out nint library))
            {
                return new MpiLibrary(library);
            }
        }

        throw new PlatformNotSupportedException($"there is no MPI on this machine (looked for {string.Join(", ", files)}); {HowToInstall}.");
    }

    /// <summary>Joins the other ranks. Errors are returned from here on, and no longer end the process.</summary>
    /// <returns>r and W.</returns>
    public (int Rank, int WorldSize) Initialize()
    {
        (int provided, int rank, int size) = (0, 0, 0);
        Check(((delegate* unmanaged<nint, nint, int, int*, int>)Symbol("MPI_Init_thread"))(0, 0, Funneled, &provided));
        if (provided < Funneled)
        {
            throw new PlatformNotSupportedException($"{Version()}: this MPI was built without support for threads, which training needs; install another build.");
        }

        Check(((delegate* unmanaged<nint, nint, int>)Symbol("MPI_Comm_set_errhandler"))(_world, ErrorsReturn));
        Check(((delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_rank"))(_world, &rank));
        Check(((delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_size"))(_world, &size));
        return (rank, size);
    }

    /// <summary>Leaves; returns when all others do.</summary>
    public void Complete() => Check(((delegate* unmanaged<int>)Symbol("MPI_Finalize"))());

    /// <summary>Such as “Open MPI v4.1.4” or “MPICH 4.0.2”.</summary>
    public string Version()
    {
        byte* text = stackalloc byte[LongestText];
        int length = 0;
        Check(((delegate* unmanaged<byte*, int*, int>)Symbol("MPI_Get_library_version"))(text, &length));
        return string.Join(' ', Encoding.UTF8.GetString(text, length).Replace("Version:", "", StringComparison.Ordinal)
            .Split(',', '\n', '\0')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
    }

    public nint AllReduce(void* values, int count, nint type)
    {
        nint request = 0;
        Check(_allReduce((void*)_inPlace, values, count, type, _sum, _world, &request));
        return request;
    }

    /// <param name="values">Of the whole.</param>
    /// <param name="part">Takes this rank's part of the sum.</param>
    /// <param name="counts">Of every rank's part; stays where it is until the end.</param>
    /// <param name="type">Of the values.</param>
    public nint ReduceScatter(void* values, void* part, int* counts, nint type)
    {
        nint request = 0;
        Check(_reduceScatter(values, part, counts, type, _sum, _world, &request));
        return request;
    }

    /// <param name="values">The whole, in which this rank's part stands at its place.</param>
    /// <param name="counts">Of every rank's part; stays where it is until the end.</param>
    /// <param name="starts">Likewise.</param>
    /// <param name="type">Of the values.</param>
    public nint AllGather(void* values, int* counts, int* starts, nint type)
    {
        nint request = 0;
        Check(_allGather((void*)_inPlace, 0, type, values, counts, starts, type, _world, &request));
        return request;
    }

    /// <summary>Rank 0's to all.</summary>
    public nint Broadcast(void* values, int count, nint type)
    {
        nint request = 0;
        Check(_broadcast(values, count, type, 0, _world, &request));
        return request;
    }

    /// <summary>Moves a request on, and says whether it is done.</summary>
    public bool IsDone(ref nint request)
    {
        int done = 0;
        fixed (nint* at = &request)
        {
            Check(_test(at, &done, _ignoredStatus));
        }

        return done != 0;
    }

    private nint Symbol(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int code)
    {
        if (code == Success)
        {
            return;
        }

        byte* text = stackalloc byte[LongestText];
        int length = 0;
        _ = _errorString(code, text, &length);
        throw new IOException($"MPI: {Encoding.UTF8.GetString(text, length)} (code {code}).");
    }
}
