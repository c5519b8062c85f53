using System.Text.Json;
using BiGS.Files;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Plots;

/// <summary>A confusion matrix from what fine-tuning or evaluating wrote: predictions beside true classes, or a result with its "confusion".</summary>
internal static class ConfusionFile
{
    private const string Field = "confusion";

    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">The file holds neither, or no true class.</exception>
    public static ConfusionMatrix Read(string path)
    {
        InputFile.Require(path, "the file that --predictions, or --json, of bigs evaluate or finetune wrote");
        return OfResult(path) ?? OfPredictions(path);
    }

    /// <summary>From a result; null where the file holds none.</summary>
    private static ConfusionMatrix? OfResult(string path)
    {
        string first = File.ReadLines(path).FirstOrDefault(line => line.Length > 0) ?? "";
        bool isWhole = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);
        if (!isWhole && !first.Contains($"\"{Field}\"", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            using JsonDocument result = JsonDocument.Parse(isWhole ? File.ReadAllText(path) : first);
            JsonElement confusion = result.RootElement.GetProperty(Field);
            return ConfusionMatrix.Create(
                [.. confusion.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)],
                [.. confusion.GetProperty("counts").EnumerateArray().Select(row => (IReadOnlyList<int>)[.. row.EnumerateArray().Select(count => count.GetInt32())])]);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' is not the --json output of a classification ({broken.Message}); expected an object with \"{Field}\": labels and counts", broken);
        }
    }

    private static ConfusionMatrix OfPredictions(string path)
    {
        Column[] columns = [Column.Named(PredictionFile.PredictionColumn), Column.Named(PredictionFile.GoldColumn)];
        (string Predicted, string True)[] answers = [.. TableFile.Read(path, columns)
            .Where(row => !string.IsNullOrEmpty(row.Cells[1])).Select(row => (row.Cells[0]!.Trim(), row.Cells[1]!.Trim()))];
        if (answers.Length == 0)
        {
            throw new InvalidDataException($"'{path}' has no true class in its column \"{PredictionFile.GoldColumn}\"; give predictions for labelled examples");
        }

        IReadOnlyList<string> labels = ClassLabels.Of(answers.SelectMany(answer => (string[])[answer.Predicted, answer.True]));
        IReadOnlyDictionary<string, int> numbers = ClassLabels.Numbers(labels);
        return ConfusionMatrix.Create(
            [.. answers.Select(answer => numbers[ClassLabels.Key(answer.True)])], [.. answers.Select(answer => numbers[ClassLabels.Key(answer.Predicted)])], labels);
    }
}
