namespace BiGS.Corpora;

/// <summary>The wanted cells of one row.</summary>
/// <param name="Where">File and row, for messages.</param>
/// <param name="Cells">In the order in which the columns were asked for; null where an optional column is not there.</param>
public sealed record TableRow(string Where, IReadOnlyList<string?> Cells);

/// <summary>
/// Rows of a .tsv, .csv, .jsonl (each also .gz) or .parquet file. A first line that holds the names of the wanted columns names them; without one,
/// columns are counted. Tabs part the cells of .tsv and nothing is quoted there, as in GLUE's files; .csv is quoted by RFC 4180.
/// </summary>
public static class TableFile
{
    private const string Supported = ".tsv, .tab, .txt, .csv, .jsonl, each also .gz, and .parquet";

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">Not a table by its extension.</exception>
    /// <exception cref="InvalidDataException">A column or cell is missing, or the file is broken.</exception>
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; give a table: {Supported}", path);
        }

        return FormatOf(path) switch
        {
            ".tsv" or ".tab" or ".txt" => Delimited(path, columns, DelimitedLines.Tabs(path)),
            ".csv" => Delimited(path, columns, DelimitedLines.Commas(path)),
            ".jsonl" => JsonLinesTable.Read(path, columns),
            ".parquet" => ParquetTable.Read(path, columns),
            _ => throw new ArgumentException($"'{path}' is not a table by its extension; supported are {Supported}"),
        };
    }

    private static string FormatOf(string path) => Path.GetExtension(CorpusFiles.IsCompressed(path) ? path[..^3] : path).ToLowerInvariant();

    private static IEnumerable<TableRow> Delimited(string path, IReadOnlyList<Column> columns, IEnumerable<(long Line, string[] Cells)> lines)
    {
        int[]? places = null;
        foreach ((long line, string[] cells) in lines)
        {
            if (places is null)
            {
                bool named = AreNames(cells, columns);
                places = Places(path, columns, cells, named);
                if (named)
                {
                    continue;
                }
            }

            string where = $"'{path}', line {line}";
            yield return new TableRow(where, [.. places.Select((place, i) => place < 0 ? null : place < cells.Length
                ? cells[place]
                : throw new InvalidDataException($"{where}: has {cells.Length} columns, but {columns[i]} should be number {place + 1}; mend the row (a tab or quote may be missing)"))]);
        }

        if (places is null)
        {
            throw new InvalidDataException($"'{path}' holds no row; expected a table with {string.Join(", ", columns)}");
        }
    }

    /// <summary>Whether a first line names the columns: it holds at least half of the names that it must.</summary>
    private static bool AreNames(string[] first, IReadOnlyList<Column> columns)
    {
        Column[] needed = [.. columns.Where(column => !column.Optional && column.Names.Count > 0)];
        int found = needed.Count(column => column.Names.Any(first.Contains));
        return found > 0 && 2 * found >= needed.Length;
    }

    /// <summary>Where each column stands; −1 where an optional one does not.</summary>
    private static int[] Places(string path, IReadOnlyList<Column> columns, string[] first, bool named) =>
    [
        .. columns.Select(column =>
        {
            int place = named && column.Names.Count > 0 ? Array.FindIndex(first, column.Names.Contains) : column.Number - 1;
            return place >= 0 && place < first.Length ? place
                : column.Optional ? -1
                : throw Missing(path, column, first);
        }),
    ];

    internal static InvalidDataException Missing(string path, Column column, IEnumerable<string> found)
    {
        string[] known = [.. found.Select(name => name.Length > 40 ? name[..40] + "…" : name)];
        return new InvalidDataException($"'{path}' has no column {column}; its first line holds {known.Length}: {string.Join(", ", known)}; name another, or count from 1");
    }
}
