using System.Runtime.InteropServices;

namespace BiGS.Cli;

/// <summary>
/// How libtorch's threads wait, and what becomes of memory that it gives back. Both must be said before it is loaded, and both decide
/// more about the speed of a step than anything in it (docs/results/speed.md).
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
    private const int MostMappings = -4;
    private const int Never = -1;
    private const int Megabytes64 = 64 << 20;

    /// <summary>What the environment says (<c>OMP_WAIT_POLICY</c>, <c>GOMP_SPINCOUNT</c>) wins.</summary>
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

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int AllocatorOption(int parameter, int value);
}
