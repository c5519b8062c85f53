using System.Text;

namespace BiGS.Files;

/// <summary>A text file line by line, gzipped or not.</summary>
internal static class TextFile
{
    /// <param name="path">The file.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">Bytes that its encoding does not have, or broken gzip.</exception>
    public static IEnumerable<(long Number, string Line)> Lines(string path, Encoding? encoding = null)
    {
        InputFile.Require(path);

        using TextLines lines = new(path, encoding);
        while (lines.Advance())
        {
            yield return (lines.LineNumber, lines.Text());
        }
    }
}
