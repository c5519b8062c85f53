using BiGS.Files;

namespace BiGS.Search.Documents;

/// <summary>Tables: each row is a document, its cells behind the names of their columns. Rows without a letter are passed over.</summary>
internal static class TableFormat
{
    private const int LongestName = 60;

    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        string text = DocumentText.Load(path, options);
        DelimitedFormat format = DelimitedFormat.Recognize(DelimitedFormat.Sample(DocumentText.Lines(text)), FileNames.ExtensionOf(path) == ".csv");
        string[]? names = null;
        int? wanted = null;
        bool isFirst = true;
        foreach ((long line, string[] cells) in DelimitedLines.Cut(path, DocumentText.Lines(text), format))
        {
            if (isFirst)
            {
                isFirst = false;
                names = options.TextField is not null || AreNames(cells) ? cells : null;
                wanted = options.TextField is null ? null : Place(path, cells, options.TextField);
                if (names is not null)
                {
                    continue;
                }
            }

            string row = wanted is { } column ? (column < cells.Length ? cells[column] : "") : string.Join('\n', cells.Select((cell, i) => Cell(names, i, cell)).Where(cell => cell.Length > 0));
            if (cells.Any(cell => cell.Any(char.IsLetter)))
            {
                yield return new FileDocument(line, IsLine: true, row) { Title = Title(names, cells) };
            }
        }
    }

    /// <summary>Whether a first row names the columns: short words, none of them twice and none a number.</summary>
    private static bool AreNames(string[] cells) =>
        cells.Distinct().Count() == cells.Length && Array.TrueForAll(cells, cell => cell.Length is > 0 and <= LongestName && cell.Any(char.IsLetter));

    private static string Cell(string[]? names, int column, string cell) =>
        string.IsNullOrWhiteSpace(cell) ? "" : names is not null && column < names.Length ? $"{names[column]}: {cell}" : cell;

    private static string? Title(string[]? names, string[] cells) =>
        names is not null && Array.FindIndex(names, name => name.Equals("title", StringComparison.OrdinalIgnoreCase)) is var at and >= 0 && at < cells.Length ? cells[at] : null;

    private static int Place(string path, string[] names, string column) => Array.IndexOf(names, column) is var at and >= 0
        ? at
        : throw new DocumentException(SkipReason.Unreadable, $"'{path}' has no column \"{column}\"; there are {string.Join(", ", names)}; name the column that holds the text (IndexOptions.TextField)");
}
