using BiGS.Training.Corpora;

namespace BiGS.Training.FineTuning;

/// <summary>A question and the answers to choose from.</summary>
/// <param name="Location">File and row, for messages.</param>
/// <param name="Text">What comes first in every row: a question, a beginning, a long document.</param>
/// <param name="Choices">What comes second, one a row.</param>
/// <param name="Right">The number of the right one; null where the file does not say.</param>
internal sealed record ChoiceExample(string Location, string Text, IReadOnlyList<string> Choices, int? Right)
{
    /// <summary>
    /// Reads a table of any layout that <see cref="ChoiceLayout"/> knows, as it is published: COPA, PIQA, CosmosQA, SWAG, HellaSwag, ARC, CommonsenseQA and
    /// others; or one whose columns are named. Labels that lie in a file of their own (train-labels.lst beside train.jsonl) are read with it.
    /// </summary>
    /// <param name="path">.jsonl, .json, .csv, .tsv or .parquet.</param>
    /// <param name="columns">What the columns hold; null to recognise it.</param>
    /// <param name="tables">How the file is read where it does not say; its Note receives the layout that was recognised.</param>
    /// <exception cref="InvalidDataException">The layout is not known, or a row does not follow it: says where.</exception>
    public static IReadOnlyList<ChoiceExample> Read(string path, ChoiceColumns? columns = null, TableOptions? tables = null)
    {
        tables ??= new TableOptions();
        ChoiceTable table = columns is null ? ChoiceTable.Recognize(path, tables) : ChoiceTable.Of(path, columns, tables);
        ChoiceQuestion[] questions = [.. table.Questions];
        questions = ChoiceLabelFile.IsMissing(questions) && ChoiceLabelFile.Beside(path) is { } labels ? labels.AddTo(questions) : questions;
        questions = WithChoices(path, questions, tables);
        int?[] right = ChoiceAnswers.Numbers(path, questions, table.FirstNumber, tables);
        return [.. questions.Zip(right, (question, number) => question.ToExample(number))];
    }

    /// <summary>Some sets have lost the choices of a few questions on their way; these are left out.</summary>
    private static ChoiceQuestion[] WithChoices(string path, ChoiceQuestion[] questions, TableOptions tables)
    {
        ChoiceQuestion[] whole = [.. questions.Where(question => question.Choices.Count > 0)];
        if (whole.Length < questions.Length)
        {
            string first = Array.Find(questions, question => question.Choices.Count == 0)!.Location;
            tables.Warn?.Invoke(whole.Length > 0
                ? $"'{path}': {questions.Length - whole.Length:N0} of {questions.Length:N0} questions have no choices and are left out, the first of them {first}"
                : throw new InvalidDataException($"{first}: no question has choices; expected at least two for each"));
        }

        return whole;
    }
}

/// <summary>A question as its file has it.</summary>
/// <param name="Location">File and row, for messages.</param>
/// <param name="Context">What is read before the question; null for nothing.</param>
/// <param name="Question">What is asked, or how every answer begins; null or empty for nothing.</param>
/// <param name="Choices">Texts, in their order.</param>
/// <param name="Labels">What the file calls each choice, such as A to D; null where it counts.</param>
/// <param name="Answer">As the file writes it; null where it is not there.</param>
internal sealed record ChoiceQuestion(string Location, string? Context, string? Question, IReadOnlyList<string> Choices, IReadOnlyList<string>? Labels, string? Answer)
{
    /// <summary>A question without a context comes first; behind a context it stands with each answer.</summary>
    public ChoiceExample ToExample(int? right) => string.IsNullOrWhiteSpace(Context) ? new ChoiceExample(Location, Question ?? "", Choices, right)
        : string.IsNullOrWhiteSpace(Question) ? new ChoiceExample(Location, Context, Choices, right)
        : new ChoiceExample(Location, Context, [.. Choices.Select(choice => $"{Question.Trim()} {choice}")], right);
}
