using System.Text.Json;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>Cells of one row.</summary>
/// <param name="Location">File and row, for messages.</param>
/// <param name="Cells">As many as were asked for, in that order, or all; null where an optional column is not there, or a value is null.</param>
internal sealed record TableRow(string Location, IReadOnlyList<string?> Cells)
{
    /// <summary>The row as a JSON file has it; null of other files.</summary>
    public JsonElement? Json { get; init; }
}

/// <summary>A table with all its cells.</summary>
/// <param name="Names">Of the columns; null where the file does not name them.</param>
/// <param name="Places">Where each wanted column stands among the cells of a row; null where an optional one is not there.</param>
/// <param name="Rows">Read from the file whenever they are enumerated.</param>
internal sealed record Table(IReadOnlyList<string>? Names, IReadOnlyList<Index?> Places, IEnumerable<TableRow> Rows)
{
    /// <summary>What stands between the cells of a line; null of files without such lines.</summary>
    public char? Delimiter { get; init; }
}

/// <summary>
/// Rows of a .tsv, .csv, .jsonl, .json (each also .gz) or .parquet file. A first line that holds the names of the wanted columns names them; without one,
/// columns are counted. The delimiter is recognised, and so are the quotes of RFC 4180; in files delimited by tabs, such as GLUE's, a quote is usually
/// part of the text (<see cref="DelimitedFormat"/>).
/// </summary>
internal static class TableFile
{
    private const string Supported = ".tsv, .tab, .txt, .csv, .jsonl, .json, each also .gz, and .parquet";

    /// <summary>The wanted cells of every row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">The wanted columns.</param>
    /// <param name="options">Delimiter and encoding where the file does not say.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">Not a table by its extension.</exception>
    /// <exception cref="InvalidDataException">A column or cell is missing, or the file is broken.</exception>
    public static IEnumerable<TableRow> Read(string path, IReadOnlyList<Column> columns, TableOptions? options = null)
    {
        options ??= new TableOptions();
        return FormatOf(path) switch
        {
            TableFormat.Delimited => Wanted(DelimitedTable.Open(path, columns, options)),
            TableFormat.Json => JsonTable.Read(path, columns, options),
            _ => ParquetTable.Read(path, columns),
        };
    }

    /// <summary>A whole table, to be written again with more columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Wanted columns: they tell whether the first line of a delimited file names its columns, and must be there.</param>
    /// <param name="options">Delimiter and encoding where the file does not say.</param>
    /// <inheritdoc cref="Read"/>
    public static Table Open(string path, IReadOnlyList<Column> columns, TableOptions? options = null)
    {
        options ??= new TableOptions();
        return FormatOf(path) switch
        {
            TableFormat.Delimited => DelimitedTable.Open(path, columns, options),
            TableFormat.Json => JsonTable.Open(path, columns, options),
            _ => ParquetTable.Open(path, columns, options),
        };
    }

    /// <summary>The names that the numbers of a column stand for; null where the file does not say. Only Parquet files can.</summary>
    /// <param name="path">The file.</param>
    /// <param name="column">The column's name.</param>
    public static IReadOnlyList<string>? ClassNames(string path, string column) =>
        FormatOf(path) == TableFormat.Parquet ? ParquetLists.ClassNamesAsync(path, column).GetAwaiter().GetResult() : null;

    internal static InvalidDataException Missing(string path, Column column, IReadOnlyList<string> found, string remedy)
    {
        string[] known = [.. found.Select(name => name.Length > 40 ? name[..40] + "…" : name)];
        string? near = found.FirstOrDefault(name => column.Names.Any(wanted => IsNear(wanted, name)));
        return new InvalidDataException(
            $"'{path}' has no column {column}; there are {known.Length}: {string.Join(", ", known)}; {(near is null ? remedy : $"did you mean \"{near}\"?")}");
    }

    /// <summary>Whether two names are the same but for upper case, spaces, quotes, hyphens and underscores.</summary>
    internal static bool IsNear(string wanted, string name) => wanted == name || (Bare(wanted) is { Length: > 0 } bare && string.Equals(bare, Bare(name), StringComparison.OrdinalIgnoreCase));

    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit));

    private static IEnumerable<TableRow> Wanted(Table table) =>
        table.Rows.Select(row => row with { Cells = [.. table.Places.Select(place => place is { } at ? row.Cells[at.GetOffset(row.Cells.Count)] : null)] });

    private static TableFormat FormatOf(string path) => !File.Exists(path)
        ? throw InputFile.Missing(path, $"a table: {Supported}")
        : FileNames.ExtensionOf(path) switch
        {
            ".tsv" or ".tab" or ".txt" or ".csv" => TableFormat.Delimited,
            ".jsonl" or ".json" => TableFormat.Json,
            ".parquet" when !FileNames.IsCompressed(path) => TableFormat.Parquet,
            _ => throw new ArgumentException($"'{path}' is not a table by its extension; supported are {Supported}"),
        };

    private enum TableFormat
    {
        Delimited,
        Json,
        Parquet,
    }
}
