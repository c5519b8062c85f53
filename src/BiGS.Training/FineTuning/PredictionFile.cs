using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BiGS.Training.FineTuning;

/// <summary>A class and how likely it is.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Probability">Softmax over the classes.</param>
public sealed record ClassProbability(string Label, double Probability);

/// <summary>What a model says of an example.</summary>
/// <param name="Index">The example's number in its file, from 0; over several files it goes on.</param>
/// <param name="Answer">The likeliest class; or a value.</param>
/// <param name="Gold">What is true; null where it is not known.</param>
/// <param name="Probabilities">Of every class, in the model's order; none where the answer is a value.</param>
/// <param name="Text">The first or only text.</param>
/// <param name="Pair">The second.</param>
public sealed record Prediction(int Index, string Answer, string? Gold, IReadOnlyList<ClassProbability> Probabilities, string Text, string? Pair);

/// <summary>
/// Predictions as a table: a row for each example, with index, prediction, gold (where known), texts, and the probability of each class. Tasks whose
/// predictions have a format of their own (tags in CoNLL's, answers in SQuAD's) are written in it.
/// </summary>
public static class PredictionFile
{
    public const string PredictionColumn = "prediction";
    public const string GoldColumn = "gold";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Refuses the names of tables of another kind, before anything is computed.</summary>
    /// <exception cref="ArgumentException">Its ending is that of another kind of table.</exception>
    public static void RequireFormat(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".parquet" or ".gz")
        {
            throw new ArgumentException($"{path}: predictions are written as .tsv or .jsonl; give the file one of these endings.");
        }
    }

    /// <summary>
    /// Writes predictions: JSON objects, one a line, under a name that ends in .jsonl; under any other name cells between tabs, index and prediction first,
    /// as GLUE wants a submission. In a .tsv a tab or a line break within a text is written as a space, which a model reads the same way.
    /// </summary>
    /// <param name="path">The file, replaced; its folder is made.</param>
    /// <param name="examples">What was answered.</param>
    /// <param name="answers">Logits of each sample, in order.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, LabelledExamples examples, IReadOnlyList<float[]> answers)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (examples.Predictions(answers) is not { } predictions)
        {
            File.WriteAllLines(path, examples.PredictionHeader is { } header ? examples.PredictedLabels(answers).Prepend(header) : examples.PredictedLabels(answers));
        }
        else if (Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase))
        {
            File.WriteAllLines(path, predictions.Select(Json));
        }
        else
        {
            File.WriteAllLines(path, Table(predictions));
        }
    }

    private static IEnumerable<string> Table(IReadOnlyList<Prediction> predictions)
    {
        bool hasGold = predictions.Any(prediction => prediction.Gold is not null);
        bool hasPairs = predictions.Any(prediction => prediction.Pair is not null);
        static IEnumerable<string> Cells(bool isThere, string? cell) => isThere ? [cell ?? ""] : [];
        static string Row(IEnumerable<string> cells) => string.Join('\t', cells.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' ')));
        yield return Row(
        [
            "index", PredictionColumn, .. Cells(hasGold, GoldColumn), "text", .. Cells(hasPairs, "pair"),
            .. predictions.Take(1).SelectMany(first => first.Probabilities.Select(of => $"probability_{of.Label}")),
        ]);
        foreach (Prediction row in predictions)
        {
            yield return Row(
            [
                row.Index.ToString(CultureInfo.InvariantCulture), row.Answer, .. Cells(hasGold, row.Gold), row.Text, .. Cells(hasPairs, row.Pair),
                .. row.Probabilities.Select(of => of.Probability.ToString("f6", CultureInfo.InvariantCulture)),
            ]);
        }
    }

    private static string Json(Prediction row)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            bool isValue = row.Probabilities.Count == 0;
            json.WriteStartObject();
            json.WriteNumber("index", row.Index);
            Write(json, PredictionColumn, row.Answer, isValue);
            if (row.Gold is not null)
            {
                Write(json, GoldColumn, row.Gold, isValue);
            }

            json.WriteString("text", row.Text);
            if (row.Pair is not null)
            {
                json.WriteString("pair", row.Pair);
            }

            if (!isValue)
            {
                json.WriteStartObject("probabilities");
                foreach (ClassProbability of in row.Probabilities)
                {
                    json.WriteNumber(of.Label, Math.Round(of.Probability, 6));
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, string name, string value, bool isNumber)
    {
        json.WritePropertyName(name);
        if (isNumber)
        {
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }
}
