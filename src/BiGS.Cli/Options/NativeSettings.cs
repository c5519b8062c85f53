using System.Runtime.InteropServices;

namespace BiGS.Cli.Options;

/// <summary>
/// How the threads of native libraries wait, and what becomes of the memory that they free. Both decide more about the speed of a training step, and the
/// size of a server, than anything in them (docs/results/speed.md).
/// </summary>
internal static partial class NativeSettings
{
    /// <summary>
    /// Turns that a thread spins before it sleeps, some microseconds: enough for the next small product to find it awake. OpenMP's own
    /// 300,000 make every product wait out whole time slices where another program has a core; none at all cost a third.
    /// </summary>
    private const string Spins = "2000";

    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MappingThreshold = -3;
    private const int MostMappings = -4;
    private const int Never = -1;
    private const int UsualMappings = 65_536;
    private const int Kilobytes128 = 128 << 10;
    private const int Megabytes64 = 64 << 20;

    /// <summary>
    /// For libtorch, before it is loaded: short waits, and memory that is kept. What the environment says (<c>OMP_WAIT_POLICY</c>,
    /// <c>GOMP_SPINCOUNT</c>) wins.
    /// </summary>
    public static void Apply()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = SetEnvironment("GOMP_SPINCOUNT", Spins, overwrite: 0);
        }

        // Activations are made and dropped by the megabyte. Handed back to the system each time, every page of them is zeroed and
        // mapped anew: a quarter of a step. Kept, they are there for the next.
        _ = AllocatorOption(MostMappings, 0);
        _ = AllocatorOption(TrimThreshold, Never);
        _ = AllocatorOption(TopPad, Megabytes64);
    }

    /// <summary>
    /// For a process that waits most of its time, and does not compute by libtorch: memory goes back to the system as soon as it is free. glibc's own
    /// threshold would not do: it grows to the largest block that was ever freed, and every thread keeps what lies below it.
    /// </summary>
    public static void ReturnMemory()
    {
        _ = AllocatorOption(MostMappings, UsualMappings);
        _ = AllocatorOption(MappingThreshold, Kilobytes128);
        _ = AllocatorOption(TrimThreshold, Kilobytes128);
        _ = AllocatorOption(TopPad, Kilobytes128);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int AllocatorOption(int parameter, int value);
}
