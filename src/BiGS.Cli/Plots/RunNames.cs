namespace BiGS.Cli.Plots;

/// <summary>What runs are called beside one another: the end of a path that no other run shares, as short as it can be.</summary>
internal static class RunNames
{
    /// <param name="folders">Of runs, as they were given.</param>
    /// <returns>A name for each: its last folder, or as many of the folders above it as tell it apart.</returns>
    /// <exception cref="ArgumentException">A folder is named twice.</exception>
    public static string[] Of(IReadOnlyList<string> folders)
    {
        string[][] paths = [.. folders.Select(folder => Path.GetFullPath(folder).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        return [.. paths.Select((path, i) => Enumerable.Range(1, Math.Max(1, path.Length))
            .Where(length => !paths.Where((_, other) => other != i).Any(other => EndsAlike(path, other, length)))
            .Select(length => string.Join('/', path.TakeLast(length)))
            .FirstOrDefault() ?? NameOfPart(folders, paths, i))];
    }

    private static bool EndsAlike(string[] path, string[] other, int length) => path.TakeLast(length).SequenceEqual(other.TakeLast(length));

    /// <summary>A path that is the end of another is told apart by its beginning; one that is the same is not.</summary>
    private static string NameOfPart(IReadOnlyList<string> folders, string[][] paths, int i) =>
        paths.Where((other, at) => at != i && other.SequenceEqual(paths[i])).Any()
            ? throw new ArgumentException($"--runs names {folders[i]} twice; name each run once.")
            : Path.GetFullPath(folders[i]);
}
