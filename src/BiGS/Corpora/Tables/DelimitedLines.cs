using System.Text;

namespace BiGS.Corpora;

/// <summary>Lines cut into cells. Blank lines are passed over.</summary>
internal static class DelimitedLines
{
    /// <summary>Cells between tabs, as they are.</summary>
    public static IEnumerable<(long Line, string[] Cells)> Tabs(string path)
    {
        using TextLines lines = new(path);
        while (lines.Advance())
        {
            if (lines.Bytes.Length > 0)
            {
                yield return (lines.LineNumber, lines.Text().Split('\t'));
            }
        }
    }

    /// <summary>Cells between commas; in quotes a cell may hold commas, line ends, and quotes (twice) (RFC 4180).</summary>
    /// <exception cref="InvalidDataException">A quote is never closed.</exception>
    public static IEnumerable<(long Line, string[] Cells)> Commas(string path)
    {
        using TextLines lines = new(path);
        while (lines.Advance())
        {
            if (lines.Bytes.Length == 0)
            {
                continue;
            }

            long first = lines.LineNumber;
            string row = lines.Text();
            List<string>? cells;
            while ((cells = Cells(row)) is null)
            {
                row = lines.Advance()
                    ? $"{row}\n{lines.Text()}"
                    : throw new InvalidDataException($"'{path}', line {first}: a quote is opened and never closed; double the quotes within a cell");
            }

            yield return (first, [.. cells]);
        }
    }

    /// <summary>The cells of a row; null where it ends within quotes.</summary>
    private static List<string>? Cells(string row)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < row.Length; i++)
        {
            char c = row[i];
            if (quoted && c == '"' && i + 1 < row.Length && row[i + 1] == '"')
            {
                cell.Append(row[++i]);
            }
            else if (c == '"' && (quoted || cell.Length == 0))
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return quoted ? null : cells;
    }
}
