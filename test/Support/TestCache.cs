using System.Runtime.CompilerServices;

namespace BiGS.Support;

/// <summary>Tests keep what can be made again beside the repository's build, and not among the user's own.</summary>
internal static class TestCache
{
    private const string Variable = "BIGS_CACHE";

    [ModuleInitializer]
    internal static void Use()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, Path.Combine(Shared.Repository, ".bigs", "test-cache"));
        }
    }
}
