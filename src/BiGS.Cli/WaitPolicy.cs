using System.Runtime.InteropServices;

namespace BiGS.Cli;

/// <summary>
/// How libtorch's threads wait for each other. Left to itself, OpenMP spins; where another program has a core, every product then
/// waits out whole time slices, and training becomes ten times slower. Sleeping costs a third on a machine of one's own and nothing else.
/// </summary>
internal static partial class WaitPolicy
{
    /// <summary>Must come before libtorch is loaded. <c>OMP_WAIT_POLICY=ACTIVE</c> in the environment wins.</summary>
    public static void Sleep() => _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
