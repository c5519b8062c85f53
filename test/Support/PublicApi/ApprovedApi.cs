using System.Reflection;
using PublicApiGenerator;

namespace BiGS.Support;

/// <summary>
/// A package's public API as text, held against the text that was approved: a change that users of the package would notice shows up in review.
/// </summary>
internal static class ApprovedApi
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] };

    /// <summary>Compares an assembly's public API with PublicApi.approved.txt of its test project.</summary>
    /// <param name="assembly">The package's assembly, named like its project.</param>
    public static void Verify(Assembly assembly)
    {
        string folder = Path.Combine(Shared.Repository, "test", $"{assembly.GetName().Name}.Tests");
        string approved = Path.Combine(folder, "PublicApi.approved.txt");
        string received = Path.Combine(folder, "PublicApi.received.txt");
        string api = assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("BIGS_APPROVE") == "1")
        {
            File.WriteAllText(approved, api);
        }

        string expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "";
        if (api == expected)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, api);
        Assert.Fail(
            $"The public API of {assembly.GetName().Name} is not the approved one. First difference: {FirstDifference(expected, api)}. "
            + $"Compare {approved} with {received}; if the change is wanted, run this test with BIGS_APPROVE=1 and commit the approved file.");
    }

    private static string FirstDifference(string expected, string api)
    {
        string[] before = expected.Split('\n');
        string[] now = api.Split('\n');
        int line = Enumerable.Range(0, Math.Max(before.Length, now.Length)).First(i => before.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        return $"line {line + 1} is \"{now.ElementAtOrDefault(line)?.Trim()}\", approved is \"{before.ElementAtOrDefault(line)?.Trim()}\"";
    }
}
