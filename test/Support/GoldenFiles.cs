namespace BiGS.Support;

/// <summary>
/// What the authors' code computed (<c>test/Golden/README.md</c> says how, and how close is close). The files lie in the repository, so the
/// tests that read them run in every clone; <c>BIGS_SHARED</c> may name a folder with a <c>golden</c> of its own, made from another seed.
/// </summary>
internal static class GoldenFiles
{
    private static readonly string Root = Find();

    /// <summary>The full path of a golden file or folder.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("BIGS_SHARED") is { Length: > 0 } shared
            && System.IO.Path.GetFullPath(System.IO.Path.Combine(shared, "golden"), Shared.Repository) is string others
            && Directory.Exists(others))
        {
            return others;
        }

        return System.IO.Path.Combine(Shared.Repository, "test", "Golden");
    }
}
