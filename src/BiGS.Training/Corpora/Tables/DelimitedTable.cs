using System.Globalization;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>Lines of cells as a table: all rows have as many cells as the first line.</summary>
internal static class DelimitedTable
{
    /// <summary>What columns of texts and of what is said of them are usually called.</summary>
    private static readonly HashSet<string> UsualNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "text", "sentence", "sentence1", "sentence2", "text1", "text2", "title", "body", "content", "review", "comment", "message", "document", "description",
        "question", "question1", "question2", "answer", "context", "passage", "premise", "hypothesis", "query",
        "label", "labels", "class", "category", "target", "score", "rating", "sentiment", "gold_label", "tag", "y", "id", "index", "idx",
    };

    /// <exception cref="InvalidDataException">A wanted column is not there, a row has too many cells, or more rows have too few than not.</exception>
    public static Table Open(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        DelimitedFormat format = FormatOf(path, columns, options);
        string[] first = DelimitedLines.Read(path, format, options.Encoding).FirstOrDefault().Cells ?? throw NoRow(path, columns);
        string[] trimmed = [.. first.Select(name => name.Trim())];
        bool areCounted = NamesCountedColumns(trimmed, columns);
        if (areCounted)
        {
            options.Warn?.Invoke($"'{path}': the first line ({string.Join(", ", trimmed)}) names the columns, and is no row");
        }

        string[]? names = areCounted || AreNames(first, columns) ? trimmed : null;
        Index?[] places = [.. columns.Select(column => Place(path, column, trimmed, names is not null))];
        int fewest = names is null ? first.Length : Array.FindLastIndex(names, name => name.Length > 0) + 1;
        bool mayBeWider = places.Any(place => place is { IsFromEnd: true });
        return new Table(names, places, Rows(path, format, columns, options, new Width(fewest, first.Length, mayBeWider), headerLines: names is null ? 0 : 1)) { Delimiter = format.Delimiter };
    }

    private static DelimitedFormat FormatOf(string path, IReadOnlyList<Column> columns, TableOptions options)
    {
        bool isCsv = FileNames.ExtensionOf(path) == ".csv";
        DelimitedFormat chosen = DelimitedFormat.Recognize(
            DelimitedFormat.Sample(TextFile.Lines(path, options.Encoding)), isCsv, options.Delimiter, options.Quoted,
            areNames: first => AreNames(first, columns),
            mayBeOneColumn: columns.All(column => column.Optional || column.Number == 1));
        char usual = DelimitedFormat.Usual(isCsv);
        if (options.Delimiter is null && chosen.LeadingLines == 0 && chosen.Delimiter != usual)
        {
            options.Warn?.Invoke($"'{path}': its cells seem to be separated by {DelimitedFormat.Named(chosen.Delimiter)}, not by {DelimitedFormat.Named(usual)}, and are read so; if that is wrong, name the delimiter (TableOptions.Delimiter)");
        }

        return chosen;
    }

    /// <summary>Whether a first line names the columns: it holds at least half of the names that it must.</summary>
    public static bool AreNames(IReadOnlyList<string> first, IReadOnlyList<Column> columns)
    {
        Column[] needed = [.. columns.Where(column => !column.Optional && column.Names.Count > 0)];
        int found = needed.Count(column => column.Names.Any(wanted => first.Any(name => TableFile.IsNear(wanted, name))));
        return found > 0 && 2 * found >= needed.Length;
    }

    /// <summary>
    /// Whether a first line names columns that are all asked for by number: each is one word that is no number, and at least one is a usual name. Taken for a
    /// row, it would be an example with a class of its own. (Whoever asks for optional columns alone wants to see what is there.)
    /// </summary>
    private static bool NamesCountedColumns(string[] first, IReadOnlyList<Column> columns)
    {
        string[] cells = columns.All(column => column.Names.Count == 0) && columns.Any(column => !column.Optional)
            ? [.. columns.Where(column => column.Number >= 1 && column.Number <= first.Length).Select(column => first[column.Number - 1])]
            : [];
        return cells.Any(UsualNames.Contains)
            && Array.TrueForAll(cells, cell => cell.Length > 0 && !cell.Any(char.IsWhiteSpace) && !double.TryParse(cell, CultureInfo.InvariantCulture, out _));
    }

    private static IEnumerable<TableRow> Rows(
        string path, DelimitedFormat format, IReadOnlyList<Column> columns, TableOptions options, Width width, int headerLines)
    {
        (long whole, long torn, long firstTorn) = (0, 0, 0);
        foreach ((long line, string[] cells) in DelimitedLines.Read(path, format, options.Encoding).Skip(headerLines))
        {
            if ((cells.Length > width.Most && !width.MayBeExceeded) || (cells.Length < width.Least && options.Warn is null))
            {
                throw new InvalidDataException(
                    $"'{path}', line {line}: has {cells.Length} cells, but the first line has {width.Most}; mend the row ({(cells.Length > width.Most ? Cause(format) : "a line end within a text tears it in two")})");
            }

            if (cells.Length < width.Least)
            {
                torn++;
                firstTorn = firstTorn == 0 ? line : firstTorn;
            }
            else if (!Array.TrueForAll(cells, string.IsNullOrWhiteSpace))
            {
                whole++;
                yield return new TableRow($"'{path}', line {line}", width.Filled(cells));
            }
        }

        if (torn > whole)
        {
            throw new InvalidDataException(
                $"'{path}': {torn:N0} of {torn + whole:N0} rows have fewer cells than the {width.Most} of the first line, such as line {firstTorn}; "
                + $"check the delimiter, which is {DelimitedFormat.Named(format.Delimiter)} here (TableOptions.Delimiter)");
        }

        if (torn > 0)
        {
            options.Warn?.Invoke(
                $"'{path}': {torn:N0} of {torn + whole:N0} rows have fewer cells than the first line and are left out, the first of them line {firstTorn}; a line end within a text tears a row in two");
        }
        else if (whole == 0)
        {
            throw NoRow(path, columns);
        }
    }

    private static string Cause(DelimitedFormat format) => format.Quoted
        ? $"a text with {DelimitedFormat.Named(format.Delimiter)} in it must stand in quotes"
        : $"a text may hold no {DelimitedFormat.Named(format.Delimiter)}";

    /// <summary>Where a column stands; null where an optional one does not.</summary>
    private static Index? Place(string path, Column column, string[] first, bool named)
    {
        if (!named || column.Names.Count == 0)
        {
            return column.Number >= 1 && column.Number <= first.Length ? column.Number - 1
                : column.Optional ? null
                : throw TableFile.Missing(path, column, first, "name another, or count from 1");
        }

        if (column.Names.FirstOrDefault(first.Contains) is not { } name)
        {
            return column.Optional ? null : throw TableFile.Missing(path, column, first, "name another, or count from 1");
        }

        int place = Array.IndexOf(first, name);
        int again = Array.IndexOf(first, name, place + 1);
        return again >= 0 ? throw new InvalidDataException($"'{path}': columns {place + 1} and {again + 1} are both named \"{name}\"; name each column once, or count from 1")
            : column.Last && place == first.Length - 1 ? ^1
            : place;
    }

    /// <summary>How many cells a row may have.</summary>
    /// <param name="Least">Columns at the end that have no name may be left out.</param>
    /// <param name="Most">As many as the first line.</param>
    /// <param name="MayBeExceeded">Whether rows may have more, since the last cell of each is the wanted one.</param>
    private sealed record Width(int Least, int Most, bool MayBeExceeded)
    {
        public string[] Filled(string[] cells) => cells.Length >= Most ? cells : [.. cells, .. Enumerable.Repeat("", Most - cells.Length)];
    }

    private static InvalidDataException NoRow(string path, IReadOnlyList<Column> columns) =>
        new($"'{path}' holds no row; expected a table with {string.Join(", ", columns)}");
}
