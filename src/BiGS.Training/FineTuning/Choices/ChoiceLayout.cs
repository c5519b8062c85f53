using System.Text.Json;
using System.Text.RegularExpressions;

namespace BiGS.Training.FineTuning;

/// <summary>How a published set lays out its questions. A new one is a line in the table here.</summary>
/// <param name="Name">Of the set.</param>
/// <param name="Columns">By these it is known, in any order and among others.</param>
/// <param name="Read">The questions of a row.</param>
/// <param name="FirstNumber">What the numbers of right answers count from; null where rows differ, or name the answer.</param>
internal sealed partial record ChoiceLayout(string Name, IReadOnlyList<string> Columns, Func<ChoiceRow, IEnumerable<ChoiceQuestion>> Read, int? FirstNumber = null)
{
    private static readonly string[] AnswerNames = ["answer", "label", "answerKey", "answer_idx", "gold_label"];
    private static readonly string[] Letters = ["A", "B", "C", "D", "E", "F", "G", "H"];

    private static readonly ChoiceLayout[] All =
    [
        Flat("COPA", "premise", row => Asked(row), ["choice1", "choice2"], 0, "question"),
        Flat("PIQA", "goal", null, ["sol1", "sol2"], 0),
        Flat("CosmosQA", "context", row => row.Text("question"), ["answer0", "answer1", "answer2", "answer3"], 0, "question"),
        Flat("SocialIQA", "context", row => row.Text("question"), ["answerA", "answerB", "answerC"], 1, "question"),
        Flat("SWAG", "sent1", row => row.Text("sent2"), ["ending0", "ending1", "ending2", "ending3"], 0, "sent2"),
        new("HellaSwag", ["ctx_a", "ctx_b", "endings"], row => InArray(row, row.Needed("ctx_a"), row.Text("ctx_b"), "endings"), 0),
        new("HellaSwag", ["ctx", "endings"], row => InArray(row, row.Needed("ctx"), null, "endings"), 0),
        new("QuALITY", ["article", "questions"], Quality),
        new("QuALITY in L-Eval", ["input", "instructions", "outputs"], LEval),
        new("RACE", ["article", "question", "options"], row => InArray(row, row.Needed("article"), row.Needed("question"), "options")),
        new("OpenBookQA", ["question_stem", "choices"], row => InArray(row, null, row.Needed("question_stem"), "choices")),
        new("ARC and CommonsenseQA", ["question", "choices", "answerKey"], row => InArray(row, null, row.Needed("question"), "choices")),
        new("a question with an array of choices", ["question", "choices"], row => InArray(row, row.Text("context"), row.Needed("question"), "choices")),
        new("a question with choices A, B, …", ["question", "A", "B"], row => [new(
            row.Where, row.Text("context"), row.Needed("question"), ChoiceRow.Given(Letters.Select(row.Text)), null, Answer(row))]),
        new("ARC and CommonsenseQA", ["question"], Stem),
    ];

    /// <summary>The known layouts, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(layout => layout.Name).Distinct());

    /// <summary>The layout that has these columns; null where none has.</summary>
    public static ChoiceLayout? Of(IReadOnlyList<string> names) =>
        All.FirstOrDefault(layout => layout.Columns.All(column => names.Contains(column, StringComparer.OrdinalIgnoreCase)));

    /// <summary>A layout with a column for each choice and the answer in <c>label</c>.</summary>
    private static ChoiceLayout Flat(string name, string context, Func<ChoiceRow, string?>? question, string[] choices, int firstNumber, params string[] others) => new(
        name, [context, .. choices, .. others], row => [new(row.Where, row.Needed(context), question?.Invoke(row), ChoiceRow.Given(choices.Select(row.Text)), null, row.Text("label"))], firstNumber);

    private static string? Answer(ChoiceRow row) => AnswerNames.Select(row.Text).FirstOrDefault(answer => answer is not null);

    private static ChoiceQuestion[] InArray(ChoiceRow row, string? context, string? question, string choices)
    {
        (IReadOnlyList<string> texts, IReadOnlyList<string>? labels) = row.ChoicesIn(choices);
        return [new ChoiceQuestion(row.Where, context, question, texts, labels, Answer(row))];
    }

    /// <summary>COPA's two questions in words.</summary>
    private static string Asked(ChoiceRow row) => row.Needed("question").Trim() switch
    {
        "cause" => "What was the cause?",
        "effect" => "What happened as a result?",
        var other => throw new InvalidDataException($"{row.Where}: \"question\" is \"{other}\"; expected cause or effect"),
    };

    /// <summary><c>{"question": {"stem": …, "choices": […]}, "answerKey": "A"}</c>.</summary>
    private static ChoiceQuestion[] Stem(ChoiceRow row)
    {
        if (row.Needed("question").TrimStart() is not ['{', ..])
        {
            throw new InvalidDataException($"{row.Where}: has a question and no \"choices\"; expected them in an array of texts, with the right one in \"answer\" (a number from 0, a letter from A, or the text)");
        }

        JsonElement question = row.Json("question");
        (IReadOnlyList<string> texts, IReadOnlyList<string>? labels) = ChoiceRow.ChoicesIn(row.Field(question, "choices").GetRawText(), "\"choices\"", row.Where);
        return [new ChoiceQuestion(row.Where, row.Text("para"), row.Field(question, "stem").ToString(), texts, labels, Answer(row))];
    }

    private static IEnumerable<ChoiceQuestion> Quality(ChoiceRow row)
    {
        string article = row.Needed("article");
        foreach (JsonElement question in Items(row, "questions"))
        {
            (IReadOnlyList<string> options, _) = ChoiceRow.ChoicesIn(row.Field(question, "options").GetRawText(), "\"options\"", row.Where);
            yield return new ChoiceQuestion(
                row.Where, article, row.Field(question, "question").ToString(), options, [.. options.Select((_, i) => $"{i + 1}")],
                question.TryGetProperty("gold_label", out JsonElement gold) ? gold.ToString() : null);
        }
    }

    /// <summary>Questions with their options in one text, "(A) … (B) …", and answers that begin with a letter.</summary>
    private static IEnumerable<ChoiceQuestion> LEval(ChoiceRow row)
    {
        string article = row.Needed("input");
        foreach ((JsonElement question, JsonElement answer) in Items(row, "instructions").Zip(Items(row, "outputs")))
        {
            string[] parts = OptionMarks().Split(question.ToString());
            if (parts.Length == 5 && answer.ToString() is ['(', var letter and >= 'A' and <= 'D', ..])
            {
                yield return new ChoiceQuestion(
                    row.Where, article, parts[0].Trim(), [.. parts[1..].Select(option => option.Split("\n\n")[0].Trim())], Letters[..4], $"{letter}");
            }
        }
    }

    private static IEnumerable<JsonElement> Items(ChoiceRow row, string name) => row.Json(name) is { ValueKind: JsonValueKind.Array } items
        ? items.EnumerateArray()
        : throw new InvalidDataException($"{row.Where}: \"{name}\" is no array; mend the row");

    [GeneratedRegex(@"\n\s*\([A-D]\)\s")]
    private static partial Regex OptionMarks();
}
