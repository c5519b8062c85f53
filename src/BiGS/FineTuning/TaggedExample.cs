using System.Text.Json;
using BiGS.Corpora;

namespace BiGS.FineTuning;

/// <summary>A sentence of words, each with a tag.</summary>
/// <param name="Where">File and place, for messages.</param>
/// <param name="Words">At least one.</param>
/// <param name="Tags">As many; null where the file has none.</param>
public sealed record TaggedExample(string Where, IReadOnlyList<string> Words, IReadOnlyList<string>? Tags)
{
    /// <summary>
    /// CoNLL files: a word a line, its tag in the last column (tabs or spaces between), sentences parted by blank lines; or .jsonl with <c>tokens</c> and
    /// <c>tags</c>. Lines that begin a document (-DOCSTART-) are passed over.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">Its encoding where it does not say.</param>
    /// <exception cref="InvalidDataException">A row is not as it should be: says where.</exception>
    public static IEnumerable<TaggedExample> Read(string path, TableOptions? tables = null) =>
        path.Contains(".jsonl", StringComparison.OrdinalIgnoreCase) ? OfJsonLines(path, tables?.Encoding) : OfConll(path, tables?.Encoding);

    private static IEnumerable<TaggedExample> OfConll(string path, System.Text.Encoding? encoding)
    {
        var words = new List<string>();
        var tags = new List<string>();
        long first = 0;
        foreach ((long number, string line) in TextFile.Lines(path, encoding))
        {
            string[] columns = line.Split(line.Contains('\t', StringComparison.Ordinal) ? '\t' : ' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (columns.Length == 0 || columns[0] == "-DOCSTART-")
            {
                if (words.Count > 0)
                {
                    yield return new TaggedExample($"'{path}', line {first}", [.. words], [.. tags]);
                }

                words.Clear();
                tags.Clear();
                continue;
            }

            if (columns.Length < 2)
            {
                throw new InvalidDataException($"'{path}', line {number}: \"{columns[0]}\" has no tag; expected a word and its tag with a tab or space between");
            }

            first = words.Count == 0 ? number : first;
            words.Add(columns[0]);
            tags.Add(columns[^1]);
        }

        if (words.Count > 0)
        {
            yield return new TaggedExample($"'{path}', line {first}", words, tags);
        }
    }

    private static IEnumerable<TaggedExample> OfJsonLines(string path, System.Text.Encoding? encoding)
    {
        foreach ((string where, JsonElement row) in JsonLines.Objects(path, encoding))
        {
            string[] words = Texts(row, "tokens", where) ?? throw new InvalidDataException($"{where}: has no \"tokens\"; expected an array of words");
            string[]? tags = Texts(row, "tags", where);
            yield return tags is null || tags.Length == words.Length
                ? new TaggedExample(where, words, tags)
                : throw new InvalidDataException($"{where}: has {words.Length} tokens and {tags.Length} tags; each word needs one");
        }
    }

    private static string[]? Texts(JsonElement row, string name, string where) => !row.TryGetProperty(name, out JsonElement texts) ? null
        : texts.ValueKind == JsonValueKind.Array ? [.. texts.EnumerateArray().Select(text => text.ToString())]
        : throw new InvalidDataException($"{where}: \"{name}\" is a JSON {texts.ValueKind}, expected an array");
}
