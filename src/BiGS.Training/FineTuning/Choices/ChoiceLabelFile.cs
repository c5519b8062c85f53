using BiGS.Files;

namespace BiGS.Training.FineTuning;

/// <summary>Labels that are published in a file of their own, as PIQA's and SocialIQA's are: one on each line of train-labels.lst, beside train.jsonl.</summary>
internal sealed record ChoiceLabelFile(string Path, IReadOnlyList<string> Labels)
{
    /// <summary>Whether no question has an answer of its own.</summary>
    public static bool IsMissing(IReadOnlyList<ChoiceQuestion> questions) => questions.All(question => question.Answer is null);

    /// <summary>The file that belongs to a table; null where there is none.</summary>
    public static ChoiceLabelFile? Beside(string table)
    {
        string bare = FileNames.IsCompressed(table) ? table[..^3] : table;
        string labels = System.IO.Path.ChangeExtension(bare, null) + "-labels.lst";
        string? path = ((string[])[labels, labels + ".gz"]).FirstOrDefault(File.Exists);
        return path is null ? null : new ChoiceLabelFile(path, [.. TextFile.Lines(path).Select(line => line.Line.Trim()).Where(line => line.Length > 0)]);
    }

    /// <exception cref="InvalidDataException">There are not as many labels as questions.</exception>
    public ChoiceQuestion[] AddTo(IReadOnlyList<ChoiceQuestion> questions) => Labels.Count == questions.Count
        ? [.. questions.Zip(Labels, (question, label) => question with { Answer = label })]
        : throw new InvalidDataException($"'{Path}' has {Labels.Count:N0} labels, but there are {questions.Count:N0} questions; each needs one");
}
