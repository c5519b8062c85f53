namespace BiGS.Training.FineTuning;

/// <summary>Examples of which nobody knows what is true: people did not agree, or the label is not published. They are left out, and counted.</summary>
internal sealed class UnlabelledExamples
{
    private int _count;
    private int _all;
    private string? _first;

    /// <summary>The reason and the number, as <see cref="BiGS.Training.Evaluation.Score.Skipped"/> has them.</summary>
    public IReadOnlyDictionary<string, int> Counted => _count == 0 ? new Dictionary<string, int>() : new Dictionary<string, int> { ["no_label"] = _count };

    /// <summary>One sentence, or none.</summary>
    public IEnumerable<string> Warnings => _count == 0 ? [] :
        [$"{_count:N0} of {_all:N0} examples have no label (none in the file, or \"{ClassLabels.NoAgreement}\" or \"{ClassLabels.NotPublished}\" for one){(_first is null ? "" : $", the first: {_first}")}; they are left out"];

    /// <summary>The others.</summary>
    public LabelledExamples LeaveOut(LabelledExamples examples)
    {
        int[] unlabelled = [.. Enumerable.Range(0, examples.Count).Where(i => !examples.IsLabelled(i))];
        _all += examples.Count;
        if (unlabelled.Length == 0)
        {
            return examples;
        }

        _count += unlabelled.Length;
        _first ??= examples.Location(unlabelled[0]);
        return examples.Subset(examples.IsLabelled);
    }
}
