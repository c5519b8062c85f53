using System.Runtime.InteropServices;

namespace BiGS.Cli.Output;

/// <summary>How the command leaves: its exit code of a failure, and an end that waits for nobody.</summary>
internal static partial class ProcessExit
{
    /// <summary>The work failed; wrong usage is 2.</summary>
    public const int Failed = 1;

    /// <summary>Ends the process without waiting for any thread, or for native code.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void AtOnce(int code);
}
