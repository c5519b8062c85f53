using System.Globalization;
using System.Text.Json;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>A sentence of words, each with a tag.</summary>
/// <param name="Location">File and place, for messages.</param>
/// <param name="Words">At least one.</param>
/// <param name="Tags">As many, as the file writes them; null where it has none.</param>
internal sealed record TaggedExample(string Location, IReadOnlyList<string> Words, IReadOnlyList<string>? Tags)
{
    private static readonly string[] WordNames = ["tokens", "words"];
    private static readonly string[] TagNames = ["tags", "ner_tags", "labels", "ner"];

    /// <summary>
    /// Sentences of a CoNLL file (<see cref="ConllFile"/>), or of a table whose rows have arrays of as many <c>tokens</c> (or <c>words</c>) as <c>tags</c>
    /// (or <c>ner_tags</c>, <c>labels</c>, <c>ner</c>): .jsonl, .json, .parquet. Numbers become the names that a Parquet file gives them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tags">Where the tags are, if not in a column of one of these names, or the last of a CoNLL file.</param>
    /// <param name="tables">How a file is read where it does not say.</param>
    /// <exception cref="InvalidDataException">A row is not as it should be: says where.</exception>
    public static IEnumerable<TaggedExample> Read(string path, Column? tags = null, TableOptions? tables = null) =>
        FileNames.ExtensionOf(path) is ".jsonl" or ".json" or ".parquet"
            ? OfTable(path, tags ?? new Column(TagNames, Optional: true), tables ?? new TableOptions())
            : ConllFile.Read(path, tags, tables ?? new TableOptions());

    private static IEnumerable<TaggedExample> OfTable(string path, Column tagColumn, TableOptions tables)
    {
        Table table = TableFile.Open(path, [new Column(WordNames), tagColumn], tables);
        IReadOnlyList<string>? names = table.Places[1] is { } at && table.Names is { } columns ? TableFile.ClassNames(path, columns[at.GetOffset(columns.Count)]) : null;
        foreach (TableRow row in table.Rows)
        {
            string? Cell(int column) => table.Places[column] is { } place ? row.Cells[place.GetOffset(row.Cells.Count)] : null;
            string[] words = Texts(Cell(0), "tokens", row.Location)
                ?? throw new InvalidDataException($"{row.Location}: the tokens are missing; expected an array of words");
            string[]? tags = Texts(Cell(1), "tags", row.Location);
            if (tags is not null && tags.Length != words.Length)
            {
                throw new InvalidDataException($"{row.Location}: has {words.Length} tokens and {tags.Length} tags; each word needs one");
            }

            if (words.Length > 0)
            {
                yield return new TaggedExample(row.Location, words, names is null ? tags : tags?.Select(tag => Name(tag, names, row.Location)).ToArray());
            }
        }
    }

    private static string Name(string tag, IReadOnlyList<string> names, string where) => !int.TryParse(tag, CultureInfo.InvariantCulture, out int number) ? tag
        : number >= 0 && number < names.Count ? names[number]
        : throw new InvalidDataException($"{where}: the tag {tag} is none of the {names.Count} that the file names");

    /// <summary>A cell that is a JSON array of texts or numbers.</summary>
    private static string[]? Texts(string? cell, string what, string where)
    {
        if (cell is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(cell);
            JsonElement[] items = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : throw Expected(null);
            return Array.TrueForAll(items, item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                ? [.. items.Select(item => item.ToString())]
                : throw Expected(null);
        }
        catch (JsonException broken)
        {
            throw Expected(broken);
        }

        InvalidDataException Expected(Exception? broken) =>
            new($"{where}: the {what} are {(cell.Length > 40 ? cell[..40] + "…" : cell)}; expected a JSON array with one text for each word", broken);
    }
}
