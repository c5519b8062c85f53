namespace BiGS.Files;

/// <summary>A file that is to be read.</summary>
internal static class InputFile
{
    /// <param name="path">Where it should be.</param>
    /// <param name="expected">What it should be, such as "a config.json".</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    public static void Require(string path, string expected = "a file")
    {
        if (!File.Exists(path))
        {
            throw Missing(path, expected);
        }
    }

    /// <summary>The error where there is no such file, or it is a folder.</summary>
    internal static FileNotFoundException Missing(string path, string expected) =>
        new($"'{path}' {(Directory.Exists(path) ? "is a folder" : "does not exist")}; expected {expected}", path);
}
