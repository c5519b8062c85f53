namespace BiGS.Files;

/// <summary>What names of files say, and which files a folder holds.</summary>
internal static class FileNames
{
    /// <summary>The extension in lower case, with its dot; a trailing .gz is ignored.</summary>
    public static string ExtensionOf(string path) => Path.GetExtension(IsCompressed(path) ? path[..^3] : path).ToLowerInvariant();

    /// <summary>Whether the name ends in .gz.</summary>
    public static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The files in a folder and below it. Hidden ones are left out; a linked file is read, a linked folder is not, since it could lead round in a circle.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="depth">How many levels of folders below it are searched.</param>
    public static IEnumerable<string> FilesUnder(string folder, int depth)
    {
        DirectoryInfo root = new(folder);
        IEnumerable<string> files = root.EnumerateFiles()
            .Where(file => !file.Name.StartsWith('.')).Select(file => Path.Combine(folder, file.Name));
        return depth == 0
            ? files
            : files.Concat(root.EnumerateDirectories()
                .Where(child => !child.Name.StartsWith('.') && child.LinkTarget is null)
                .SelectMany(child => FilesUnder(Path.Combine(folder, child.Name), depth - 1)));
    }
}
