using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BiGS.Corpora;

namespace BiGS.FineTuning;

/// <summary>A question and the answers to choose from.</summary>
/// <param name="Where">File and row, for messages.</param>
/// <param name="Text">What comes first in every row: a question, a beginning, a long document.</param>
/// <param name="Choices">What comes second, one a row.</param>
/// <param name="Right">The number of the right one; null where the file does not say.</param>
public sealed partial record ChoiceExample(string Where, string Text, IReadOnlyList<string> Choices, int? Right)
{
    /// <summary>
    /// Reads a file of any of the known layouts: SWAG's .csv; .csv of question, four choices and a letter; .jsonl of <c>question, choices, answer</c> (and
    /// <c>context</c>), of CommonsenseQA, of QuALITY, and of QuALITY as L-Eval lays it out.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">Delimiter and encoding where the file does not say.</param>
    /// <exception cref="InvalidDataException">A row is of none of these: says where.</exception>
    public static IEnumerable<ChoiceExample> Read(string path, TableOptions? tables = null) =>
        path.Contains(".csv", StringComparison.OrdinalIgnoreCase) ? OfCsv(path, tables) : JsonLines.Objects(path, tables?.Encoding).SelectMany(row => OfJson(row.Where, row.Object));

    private static IEnumerable<ChoiceExample> OfCsv(string path, TableOptions? tables)
    {
        Column[] columns =
        [
            new(["sent1", "question"], 1), new(["ending0", "a", "A"], 2), new(["ending1", "b", "B"], 3), new(["ending2", "c", "C"], 4), new(["ending3", "d", "D"], 5),
            new(["label", "answer"], 6, Optional: true), new(["sent2"], Optional: true),
        ];
        foreach (TableRow row in TableFile.Read(path, columns, tables))
        {
            string[] choices = [.. Enumerable.Range(1, 4).Select(i => $"{row.Cells[6]} {row.Cells[i]}".Trim())];
            yield return new ChoiceExample(row.Where, row.Cells[0]!, choices, row.Cells[5] is { } right ? Number(right, choices, row.Where) : null);
        }
    }

    private static IEnumerable<ChoiceExample> OfJson(string where, JsonElement row)
    {
        try
        {
            return row.TryGetProperty("answerKey", out _) ? [OfCommonsense(where, row)]
                : row.TryGetProperty("questions", out _) ? OfQuality(where, row)
                : row.TryGetProperty("instructions", out _) ? OfLEval(where, row)
                : [OfOwn(where, row)];
        }
        catch (Exception broken) when (broken is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{where}: {broken.Message.TrimEnd('.')}; expected an object with \"question\", \"choices\" (an array of texts) and \"answer\" (a number from 0, or the text)", broken);
        }
    }

    private static ChoiceExample OfOwn(string where, JsonElement row)
    {
        string question = row.GetProperty("question").GetString()!;
        string[] choices = [.. row.GetProperty("choices").EnumerateArray().Select(choice => choice.GetString()!)];
        int? right = !row.TryGetProperty("answer", out JsonElement answer) ? null
            : answer.ValueKind == JsonValueKind.Number ? Checked(answer.GetInt32(), choices, where)
            : Number(answer.GetString()!, choices, where);
        return row.TryGetProperty("context", out JsonElement context)
            ? new ChoiceExample(where, context.GetString()!, [.. choices.Select(choice => $"{question} {choice}")], right)
            : new ChoiceExample(where, question, choices, right);
    }

    private static ChoiceExample OfCommonsense(string where, JsonElement row)
    {
        JsonElement question = row.GetProperty("question");
        JsonElement[] choices = [.. question.GetProperty("choices").EnumerateArray()];
        int right = Array.FindIndex(choices, choice => choice.GetProperty("label").GetString() == row.GetProperty("answerKey").GetString());
        return new ChoiceExample(
            where, question.GetProperty("stem").GetString()!, [.. choices.Select(choice => choice.GetProperty("text").GetString()!)], right < 0 ? null : right);
    }

    private static IEnumerable<ChoiceExample> OfQuality(string where, JsonElement row)
    {
        string article = row.GetProperty("article").GetString()!;
        return row.GetProperty("questions").EnumerateArray().Select(question => new ChoiceExample(
            where, article, [.. question.GetProperty("options").EnumerateArray().Select(option => $"{question.GetProperty("question").GetString()} {option.GetString()}")],
            question.TryGetProperty("gold_label", out JsonElement gold) ? gold.GetInt32() - 1 : null)).ToList();
    }

    /// <summary>Questions with their options in one text, "(A) … (B) …", and answers that begin with a letter.</summary>
    private static IEnumerable<ChoiceExample> OfLEval(string where, JsonElement row)
    {
        string article = row.GetProperty("input").GetString()!;
        foreach ((JsonElement question, JsonElement answer) in row.GetProperty("instructions").EnumerateArray().Zip(row.GetProperty("outputs").EnumerateArray()))
        {
            string[] parts = OptionMarks().Split(question.GetString()!);
            string asked = parts[0].Trim();
            int right = answer.GetString() is ['(', var letter and >= 'A' and <= 'D', ..] ? letter - 'A' : -1;
            if (parts.Length == 5 && right >= 0)
            {
                yield return new ChoiceExample(where, article, [.. parts[1..].Select(option => $"{asked} {option.Split("\n\n")[0].Trim()}")], right);
            }
        }
    }

    /// <summary>A choice by its number from 0, its letter from A, or its text.</summary>
    private static int Number(string answer, IReadOnlyList<string> choices, string where)
    {
        int number = int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int counted) ? counted
            : answer.Length == 1 && char.IsAsciiLetterUpper(answer[0]) ? answer[0] - 'A'
            : choices.ToList().IndexOf(answer);
        return Checked(number, choices, where, answer);
    }

    private static int Checked(int number, IReadOnlyList<string> choices, string where, string? said = null) => number >= 0 && number < choices.Count
        ? number
        : throw new InvalidDataException($"{where}: the answer \"{said ?? $"{number}"}\" is none of {choices.Count} choices; give a number from 0, a letter from A, or the text");

    [GeneratedRegex(@"\n\s*\([A-D]\)\s")]
    private static partial Regex OptionMarks();
}
