namespace BiGS.Training.FineTuning;

/// <summary>
/// All that a fine-tuning run reads, before it computes anything: what is learned from, what epochs are compared on, and further files to score at the
/// end. Examples without a label are left out of each.
/// </summary>
internal sealed class TaskExamples
{
    private const int NamedClasses = 5;

    private TaskExamples(LabelledExamples train, LabelledExamples validation, IReadOnlyDictionary<string, LabelledExamples> also) =>
        (Train, Validation, Also) = (train, validation, also);

    public LabelledExamples Train { get; }

    public LabelledExamples Validation { get; }

    /// <summary>By the names of their files.</summary>
    public IReadOnlyDictionary<string, LabelledExamples> Also { get; }

    /// <summary>Training examples that were left out, by reason.</summary>
    public required IReadOnlyDictionary<string, int> TrainSkipped { get; init; }

    /// <summary>Validation examples that were left out, by reason.</summary>
    public required IReadOnlyDictionary<string, int> ValidationSkipped { get; init; }

    /// <summary>What was left out, and which classes are missing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <exception cref="InvalidDataException">A file is not as it should be: says where.</exception>
    public static TaskExamples Read(FineTuningRequest request, IReadOnlyList<string> labels, RowBuilder rows)
    {
        (var ofTrain, var ofValidation, var ofAlso) = (new UnlabelledExamples(), new UnlabelledExamples(), new UnlabelledExamples());
        LabelledExamples train = NotEmpty(ofTrain.LeaveOut(request.Kind.ReadTraining(request.Train, labels, rows, request.Limit)), request.Train, "there is nothing to learn from");
        LabelledExamples validation;
        if (request.Validation.Count > 0)
        {
            validation = NotEmpty(
                ofValidation.LeaveOut(request.Kind.ReadValidation(request.Validation, labels, rows)), request.Validation, "epochs are compared on examples whose label is known");
        }
        else
        {
            try
            {
                (validation, train) = train.Split(request.HoldOut, request.Options.Seed);
            }
            catch (InvalidDataException few)
            {
                throw new InvalidDataException($"'{string.Join("', '", request.Train)}': {few.Message}; give a validation file", few);
            }
        }

        Dictionary<string, LabelledExamples> also = request.AdditionalValidation.ToDictionary(
            path => Path.GetFileName(path), path => NotEmpty(ofAlso.LeaveOut(request.Kind.ReadValidation([path], labels, rows)), [path], "there is nothing to score"));

        // Laid out now, so that an empty text is found before hours of training and not behind them.
        foreach (LabelledExamples examples in (LabelledExamples[])[train, validation, .. also.Values])
        {
            _ = examples.Samples;
        }

        return new TaskExamples(train, validation, also)
        {
            TrainSkipped = ofTrain.Counted,
            ValidationSkipped = ofValidation.Counted,
            Warnings =
            [
                .. ofTrain.Warnings, .. ofValidation.Warnings, .. ofAlso.Warnings,
                .. Missing(labels, train, "no training example is of {0}; the model will hardly ever say it"),
                .. Missing(labels, validation, "no validation example is of {0}; how well it is told from the others is not measured"),
            ],
        };
    }

    private static LabelledExamples NotEmpty(LabelledExamples examples, IReadOnlyList<string> paths, string why) => examples.Count > 0
        ? examples
        : throw new InvalidDataException($"'{string.Join("', '", paths)}': no example has a label; {why}");

    /// <summary>The classes of which there is no example, in one sentence; none where there are all, or the kind has none.</summary>
    private static IEnumerable<string> Missing(IReadOnlyList<string> labels, LabelledExamples examples, string sentence)
    {
        if (examples.Classes.Count == 0)
        {
            return [];
        }

        HashSet<int?> there = [.. Enumerable.Range(0, examples.Count).Select(examples.ClassOf)];
        string[] missing = [.. labels.Where((_, i) => !there.Contains(i))];
        string more = missing.Length > NamedClasses ? $" and {missing.Length - NamedClasses} others" : "";
        return missing.Length == 0 ? [] :
            [string.Format(null, sentence, $"the class{(missing.Length > 1 ? "es" : "")} \"{string.Join("\", \"", missing.Take(NamedClasses))}\"{more}")];
    }
}
