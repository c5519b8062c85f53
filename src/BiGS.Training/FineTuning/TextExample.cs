using System.Text.Json;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>Reads the examples of a file.</summary>
/// <param name="path">The file.</param>
/// <param name="labelled">Whether a file without labels is refused.</param>
/// <param name="tables">How tables are read where their files do not say.</param>
internal delegate IEnumerable<TextExample> TextExampleReader(string path, bool labelled, TableOptions tables);

/// <summary>A text or a pair of texts, and what is true of it.</summary>
/// <param name="Location">File and row, for messages.</param>
/// <param name="Text">The first or only text.</param>
/// <param name="Pair">The second.</param>
/// <param name="Label">As the file writes it; null where it has none.</param>
internal sealed record TextExample(string Location, string Text, string? Pair, string? Label)
{
    /// <summary>The rows of a table.</summary>
    /// <param name="path">.tsv, .csv, .jsonl or .parquet.</param>
    /// <param name="text">The first or only text.</param>
    /// <param name="pair">The second; null for none.</param>
    /// <param name="label">May be missing in a file that is only to be answered.</param>
    /// <param name="labelled">Whether it may not.</param>
    /// <param name="tables">Delimiter and encoding where the file does not say.</param>
    public static IEnumerable<TextExample> FromTable(string path, Column text, Column? pair, Column label, bool labelled = false, TableOptions? tables = null)
    {
        Column truth = label with { Optional = !labelled };
        Column[] columns = pair is null ? [text, truth] : [text, truth, pair];
        return TableFile.Read(path, columns, tables).Select(row => new TextExample(row.Location, row.Cells[0] ?? "", pair is null ? null : row.Cells[2] ?? "", row.Cells[1]?.Trim()));
    }

    /// <summary>The same examples with unrelated texts between the two of each pair: the second texts of other examples, the same each time.</summary>
    /// <param name="examples">All of a file.</param>
    /// <param name="count">How many are put in; 0 leaves the examples as they are.</param>
    public static IReadOnlyList<TextExample> WithDistractors(IReadOnlyList<TextExample> examples, int count)
    {
        int step = Math.Max(1, examples.Count / (count + 1)); // far away in the file, where neighbours may be alike
        return count == 0 ? examples : [.. examples.Select((example, i) => example.Pair is null ? example : example with
        {
            Pair = string.Join(' ', Enumerable.Range(1, count).Select(k => examples[(i + (k * step)) % examples.Count].Pair).Append(example.Pair)),
        })];
    }

    /// <summary>
    /// ContractNLI (Koreeda and Manning 2021): does a contract entail a hypothesis, contradict it, or not mention it? The hypothesis comes first, so that a
    /// contract that is too long loses its end.
    /// </summary>
    /// <param name="path">A .json file.</param>
    /// <param name="tables">Its encoding where it does not say.</param>
    /// <exception cref="InvalidDataException">The file is not laid out as ContractNLI's.</exception>
    public static IEnumerable<TextExample> FromContracts(string path, TableOptions? tables = null)
    {
        using JsonDocument file = JsonDocuments.Open(path, tables?.Encoding);
        var examples = new List<TextExample>();
        try
        {
            JsonElement hypotheses = file.RootElement.GetProperty("labels");
            foreach (JsonElement contract in file.RootElement.GetProperty("documents").EnumerateArray())
            {
                string text = contract.GetProperty("text").GetString()!;
                foreach (JsonProperty annotation in contract.GetProperty("annotation_sets")[0].GetProperty("annotations").EnumerateObject())
                {
                    string hypothesis = hypotheses.GetProperty(annotation.Name).GetProperty("hypothesis").GetString()!;
                    examples.Add(new TextExample(
                        $"'{path}', document {contract.GetProperty("id")}, {annotation.Name}", hypothesis, text, annotation.Value.GetProperty("choice").GetString()));
                }
            }
        }
        catch (Exception broken) when (broken is KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"'{path}' is not laid out as ContractNLI's files ({broken.Message}); expected documents with text and annotation_sets, and labels", broken);
        }

        return examples;
    }
}
