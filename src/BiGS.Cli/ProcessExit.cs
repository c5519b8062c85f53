using System.Runtime.InteropServices;

namespace BiGS.Cli;

internal static partial class ProcessExit
{
    /// <summary>Ends the process without waiting for any thread, or for native code.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void AtOnce(int code);
}
