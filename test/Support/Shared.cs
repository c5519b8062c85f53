namespace BiGS.Support;

/// <summary>
/// Data sets and models that are too large for the repository, or not ours to give away. They are looked for in <c>BIGS_SHARED</c>, relative to
/// the repository's root (<c>../shared</c> by default); a test that needs one is skipped, and says so, where it is missing.
/// </summary>
internal static class Shared
{
    public static string Repository { get; } = FindRepository();

    private static string Root => System.IO.Path.GetFullPath(Environment.GetEnvironmentVariable("BIGS_SHARED") ?? "../shared", Repository);

    /// <summary>The full path of a shared file or folder; skips the test if there is none.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([Root, .. parts]);
        Assert.SkipUnless(
            File.Exists(path) || Directory.Exists(path),
            $"{string.Join('/', parts)} is not in {Root}; set BIGS_SHARED to the folder that holds it.");
        return path;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "BiGS.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds BiGS.slnx.");
    }
}
