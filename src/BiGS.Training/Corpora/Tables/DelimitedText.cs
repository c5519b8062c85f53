using System.Buffers;

namespace BiGS.Training.Corpora;

/// <summary>
/// Cells as a line of a table. Between tabs nothing is quoted, as in GLUE's files, so that a cell with a tab or a line end has no place there; elsewhere
/// quotes are those of RFC 4180.
/// </summary>
internal static class DelimitedText
{
    private const char Tab = '\t';

    private static readonly SearchValues<char> Breaks = SearchValues.Create("\t\r\n");

    /// <summary>Whether a cell can be written.</summary>
    public static bool CanHold(string? cell, char delimiter) => delimiter != Tab || !cell.AsSpan().ContainsAny(Breaks);

    /// <param name="cells">Null for an empty one.</param>
    /// <param name="delimiter">What stands between them.</param>
    /// <returns>The line, without its end; of several where a quoted cell holds line ends.</returns>
    /// <exception cref="ArgumentException">A cell holds a tab or a line end, and the delimiter is a tab.</exception>
    public static string Line(IEnumerable<string?> cells, char delimiter) => string.Join(delimiter, cells.Select(cell => Cell(cell ?? "", delimiter)));

    private static string Cell(string cell, char delimiter)
    {
        if (!CanHold(cell, delimiter))
        {
            throw new ArgumentException($"a cell between tabs holds a tab or a line end: \"{cell}\"; write .csv or .jsonl");
        }

        return delimiter != Tab && (cell.Contains(delimiter) || cell.AsSpan().IndexOfAny('"', '\r', '\n') >= 0)
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }
}
