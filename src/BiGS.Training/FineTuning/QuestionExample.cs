using System.Text.Json;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>A question to a text, and where its answers stand.</summary>
/// <param name="Location">File and question, for messages.</param>
/// <param name="Id">As the file has it: what predictions are named by.</param>
/// <param name="Question">One sentence.</param>
/// <param name="Context">The text, of any length.</param>
/// <param name="Answers">Text and first character (UTF-16) of each; empty where the text has none; null where no question of the file says.</param>
internal sealed record QuestionExample(string Location, string Id, string Question, string Context, IReadOnlyList<(string Text, int Start)>? Answers)
{
    /// <summary>A file as SQuAD 1.1 and 2.0 lay it out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tables">Its encoding where it does not say.</param>
    /// <exception cref="InvalidDataException">It is laid out otherwise, or an answer does not stand where it should: says where.</exception>
    public static IReadOnlyList<QuestionExample> Read(string path, TableOptions? tables = null)
    {
        using JsonDocument file = JsonDocuments.Open(path, tables?.Encoding);
        var examples = new List<QuestionExample>();
        try
        {
            foreach (JsonElement paragraph in file.RootElement.GetProperty("data").EnumerateArray().SelectMany(article => article.GetProperty("paragraphs").EnumerateArray()))
            {
                string context = paragraph.GetProperty("context").GetString() ?? "";
                int[] units = CodePointStarts(context);
                foreach (JsonElement question in paragraph.GetProperty("qas").EnumerateArray())
                {
                    string id = question.GetProperty("id").ToString();
                    string where = $"'{path}', question {id}";
                    string asked = question.GetProperty("question").GetString() ?? throw new InvalidDataException($"{where}: the question is null; expected a text");
                    examples.Add(new QuestionExample(where, id, asked, context, AnswersOf(question, context, units, where)));
                }
            }
        }
        catch (Exception broken) when (broken is KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not laid out as SQuAD's files ({broken.Message}); expected data, paragraphs, context, qas, question, answers", broken);
        }

        // A file for submissions says of no question what is right; in any other, a question without answers has none.
        return examples.TrueForAll(example => example.Answers is null) ? examples : [.. examples.Select(example => example with { Answers = example.Answers ?? [] })];
    }

    /// <summary>The answers; null where nothing is said of them.</summary>
    private static IReadOnlyList<(string Text, int Start)>? AnswersOf(JsonElement question, string context, int[] units, string where)
    {
        if (question.TryGetProperty("is_impossible", out JsonElement impossible) && impossible.ValueKind == JsonValueKind.True)
        {
            return [];
        }

        if (!question.TryGetProperty("answers", out JsonElement all) || all.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var answers = new List<(string, int)>();
        foreach (JsonElement answer in all.EnumerateArray())
        {
            if (answer.GetProperty("text").GetString() is not { Length: > 0 } text)
            {
                continue; // some sets write the answer "none" as an empty text
            }

            int start = answer.GetProperty("answer_start").GetInt32();
            if (start < 0 || start >= units.Length || string.CompareOrdinal(context, units[start], text, 0, text.Length) != 0)
            {
                throw new InvalidDataException($"{where}: the answer \"{(text.Length > 60 ? text[..60] + "…" : text)}\" does not stand at character {start} of its context; mend answer_start");
            }

            answers.Add((text, units[start]));
        }

        return answers;
    }

    /// <summary>Where each character begins in UTF-16: the files count characters as Python does.</summary>
    private static int[] CodePointStarts(string text) =>
        [.. Enumerable.Range(0, text.Length).Where(i => i == 0 || !char.IsLowSurrogate(text[i]) || !char.IsHighSurrogate(text[i - 1]))];
}
