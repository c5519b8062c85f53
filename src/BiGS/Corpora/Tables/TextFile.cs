namespace BiGS.Corpora;

/// <summary>A UTF-8 file line by line, gzipped or not.</summary>
public static class TextFile
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Not UTF-8, or broken gzip.</exception>
    public static IEnumerable<(long Number, string Line)> Lines(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist", path);
        }

        using TextLines lines = new(path);
        while (lines.Advance())
        {
            yield return (lines.LineNumber, lines.Text());
        }
    }
}
