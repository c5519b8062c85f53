namespace BiGS.Tests;

/// <summary>The golden files and real data that lie outside the repository: BIGS_SHARED, relative to its root, else ../shared.</summary>
internal static class Shared
{
    private static readonly string Root = System.IO.Path.GetFullPath(
        Environment.GetEnvironmentVariable("BIGS_SHARED") ?? System.IO.Path.Combine("..", "shared"), Repository());

    /// <summary>The full path of a shared file or folder; skips the calling test where it is missing.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([Root, .. parts]);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"{path} is missing: set BIGS_SHARED to the folder with golden/ and data/");
        return path;
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "BiGS.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds BiGS.slnx");
    }
}
