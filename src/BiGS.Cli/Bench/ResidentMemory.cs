using System.Globalization;
using System.Runtime.InteropServices;

namespace BiGS.Cli.Bench;

/// <summary>The memory of this process as Linux counts it, and its peak since it was last asked to forget.</summary>
internal static partial class ResidentMemory
{
    private const string ForgetPeak = "5";

    public static long Now => Read("VmRSS:");

    public static long Peak => Read("VmHWM:");

    /// <summary>Gives back what nobody uses, and lets the peak begin anew.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = TrimMalloc(0);
        File.WriteAllText("/proc/self/clear_refs", ForgetPeak);
    }

    private static long Read(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimMalloc(nuint pad);
}
