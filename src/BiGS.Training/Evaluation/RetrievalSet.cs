using System.Globalization;
using System.Text.Json;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.Evaluation;

/// <summary>A text that may be found.</summary>
/// <param name="Title">What it is called; null where it has no name.</param>
/// <param name="Text">All of it.</param>
internal readonly record struct RetrievalText(string? Title, string Text);

/// <summary>A question, and the texts that answer it.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="Relevance">How well each does, above 0, by its number among all texts; others do not.</param>
internal sealed record RetrievalQuestion(string Text, IReadOnlyDictionary<int, int> Relevance);

/// <summary>Questions, and the texts among which each is to find its own.</summary>
internal sealed record RetrievalSet(IReadOnlyList<RetrievalText> Texts, IReadOnlyList<RetrievalQuestion> Questions)
{
    private const string CorpusName = "corpus.jsonl";
    private const string QueriesName = "queries.jsonl";

    private static readonly string[] Endings = ["", ".gz"];

    /// <summary>Questions with one text each; a text that several have is there once.</summary>
    public static RetrievalSet OfPairs(IEnumerable<(string Question, string Text)> pairs)
    {
        var numbers = new Dictionary<string, int>();
        var questions = new List<RetrievalQuestion>();
        foreach ((string question, string text) in pairs)
        {
            numbers.TryAdd(text, numbers.Count);
            questions.Add(new RetrievalQuestion(question, new Dictionary<int, int> { [numbers[text]] = 1 }));
        }

        return new RetrievalSet([.. numbers.Keys.Select(text => new RetrievalText(null, text))], questions);
    }

    /// <summary>A table whose rows have a question and its text.</summary>
    /// <inheritdoc cref="TableFile.Read"/>
    public static RetrievalSet OfTable(string path, Column question, Column text, TableOptions? options = null) =>
        OfPairs(TableFile.Read(path, [question, text], options).Select(row => (row.Cells[0]!, row.Cells[1]!)));

    /// <summary>
    /// A folder as BEIR lays it out (Thakur et al. 2021): corpus.jsonl with <c>_id</c>, <c>title</c> and <c>text</c>, queries.jsonl with <c>_id</c> and
    /// <c>text</c>, and qrels/test.tsv (or the only file there) with query, text and relevance. Questions without a relevant text are left out.
    /// </summary>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A file is laid out otherwise, or names a text or question that is not there.</exception>
    public static RetrievalSet OfFolder(string folder)
    {
        string corpus = Find(folder, CorpusName);
        string queries = Find(folder, QueriesName);
        var numbers = new Dictionary<string, int>();
        var texts = new List<RetrievalText>();
        foreach ((string where, JsonElement row) in JsonLines.Objects(corpus))
        {
            if (!numbers.TryAdd(Field(row, "_id", where), texts.Count))
            {
                throw new InvalidDataException($"{where}: a text before has the same _id; give each its own");
            }

            texts.Add(new RetrievalText(row.TryGetProperty("title", out JsonElement title) && title.GetString() is { Length: > 0 } named ? named : null, Field(row, "text", where)));
        }

        Dictionary<string, string> asked = JsonLines.Objects(queries).ToDictionary(row => Field(row.Object, "_id", row.Where), row => Field(row.Object, "text", row.Where));
        var relevant = asked.Keys.ToDictionary(id => id, _ => new Dictionary<int, int>());
        Column[] columns = [Column.Named("query-id", 1), Column.Named("corpus-id", 2), Column.Named("score", 3)];
        foreach (TableRow row in TableFile.Read(Judgements(folder), columns, new TableOptions { Quoted = false }))
        {
            if (!int.TryParse(row.Cells[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int grade))
            {
                throw new InvalidDataException($"{row.Location}: the relevance is \"{row.Cells[2]}\", expected a whole number");
            }

            if (!relevant.TryGetValue(row.Cells[0]!, out Dictionary<int, int>? found) || !numbers.TryGetValue(row.Cells[1]!, out int text))
            {
                throw new InvalidDataException($"{row.Location}: {(found is null ? $"no question \"{row.Cells[0]}\" in '{queries}'" : $"no text \"{row.Cells[1]}\" in '{corpus}'")}; fetch the folder again");
            }

            if (grade > 0)
            {
                found[text] = grade;
            }
        }

        return new RetrievalSet(texts, [.. relevant.Where(question => question.Value.Count > 0).Select(question => new RetrievalQuestion(asked[question.Key], question.Value))]);
    }

    private static string Find(string folder, string name) => Endings.Select(ending => Path.Combine(folder, name + ending)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"'{folder}' has no {name}; expected a folder as BEIR lays it out: {CorpusName}, {QueriesName}, qrels/test.tsv");

    private static string Judgements(string folder)
    {
        string place = Path.Combine(folder, "qrels");
        string[] files = Directory.Exists(place) ? [.. Directory.EnumerateFiles(place, "*.tsv").Order(StringComparer.Ordinal)] : [];
        return files.FirstOrDefault(file => Path.GetFileName(file) == "test.tsv") ?? (files is [string only] ? only : throw new FileNotFoundException(
            $"'{place}' has {(files.Length == 0 ? "no .tsv file" : "several files and no test.tsv")}; expected test.tsv, or one file"));
    }

    private static string Field(JsonElement row, string name, string where) => row.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new InvalidDataException($"{where}: no text \"{name}\"; expected objects with _id and text");
}
