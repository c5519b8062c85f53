using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>A figure of classes.</summary>
/// <param name="Name">As JSON has it.</param>
/// <param name="Compute">From what was predicted for each true class.</param>
internal sealed record ClassMetric(string Name, Func<ConfusionMatrix, double> Compute)
{
    public static ClassMetric Accuracy { get; } = new("accuracy", matrix => matrix.Accuracy);

    /// <summary>Of class 1.</summary>
    public static ClassMetric F1 { get; } = new("f1", matrix => matrix.F1(1));

    public static ClassMetric MacroF1 { get; } = new("macro_f1", matrix => matrix.MacroF1);

    public static ClassMetric Matthews { get; } = new("matthews", matrix => matrix.Matthews);
}

/// <summary>Which class a text, or a pair of texts, belongs to.</summary>
/// <param name="read">Gives the examples of a file.</param>
/// <param name="metrics">The first says which epoch was best.</param>
internal sealed class TextClassification(TextExampleReader read, params IReadOnlyList<ClassMetric> metrics) : TaskKind
{
    /// <summary>Two texts a row.</summary>
    public bool ReadsPairs { get; init; }

    /// <summary>
    /// Whether the classes are not known beforehand. "-" and "-1" never are classes of a published set; in a table of one's own they may be (see
    /// <see cref="ClassLabels.IsNoLabel"/>).
    /// </summary>
    public bool HasOwnClasses { get; init; }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.SequenceClassification;

    /// <inheritdoc/>
    public override string BestMetric => metrics[0].Name;

    /// <inheritdoc/>
    public override bool Accepts(BiGSConfig config) => config.NumLabels > 1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FindLabels(IEnumerable<string> paths)
    {
        var found = new HashSet<string>();
        bool areTexts = true;
        foreach (TextExample example in paths.SelectMany(path => read(path, true, Tables)))
        {
            found.Add(!string.IsNullOrWhiteSpace(example.Label)
                ? example.Label
                : throw new InvalidDataException($"{example.Location}: the label is missing; training needs one in every row"));
            areTexts &= example.Label == example.Text.Trim();
        }

        if (areTexts && found.Count > 0)
        {
            throw new InvalidDataException($"'{string.Join("', '", paths)}': every label is the text itself; name a column with labels");
        }

        IReadOnlyList<string> labels = ClassLabels.Of(found.Where(label => HasOwnClasses
            ? !ClassLabels.IsNoLabel(label, found)
            : ClassLabels.Key(label) is not (ClassLabels.NoAgreement or ClassLabels.NotPublished)));
        return labels.Count > 1
            ? labels
            : throw new InvalidDataException($"'{string.Join("', '", paths)}': every row has the label \"{labels.FirstOrDefault() ?? found.FirstOrDefault()}\"; there is nothing to tell apart");
    }

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows) => Read(paths, labels, rows, mayBeUnknown: false);

    /// <inheritdoc/>
    internal override LabelledExamples ReadTraining(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows, int? limit)
    {
        Classified all = Read(paths, labels, rows, mayBeUnknown: false);
        rows.Warn(ClassLabels.Warnings(labels, all.Count));
        return all.Subsample(limit);
    }

    /// <summary>As <see cref="Read(IEnumerable{string}, IReadOnlyList{string}, RowBuilder)"/>; a label that training lacks is said, and its examples count as wrong.</summary>
    /// <exception cref="InvalidDataException">No label is known.</exception>
    internal override LabelledExamples ReadValidation(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        Classified examples = Read(paths, labels, rows, mayBeUnknown: true);
        int[] unknown = [.. Enumerable.Range(0, examples.Count).Where(i => examples.ClassOf(i) >= labels.Count)];
        if (unknown.Length > 0)
        {
            string strange = string.Join("\", \"", examples.Classes.Skip(labels.Count));
            if (Enumerable.Range(0, examples.Count).All(i => examples.ClassOf(i) is not { } known || known >= labels.Count))
            {
                throw new InvalidDataException($"{examples.Location(unknown[0])}: the label \"{examples.Classes[labels.Count]}\" is none of {string.Join(", ", labels)}, which training has, and neither is any other of the file; name the classes alike in both files");
            }

            rows.Warn([$"{unknown.Length:N0} of {examples.Count:N0} validation examples have a label that training lacks (\"{strange}\", the first: {examples.Location(unknown[0])}); they count as wrong"]);
        }

        return examples;
    }

    /// <inheritdoc/>
    public override void Prepare(HeadedModel model, FineTuningOptions options, LabelledExamples train)
    {
        if (options.ClassWeights == ClassWeighting.Balanced)
        {
            ((BiGSForSequenceClassification)model).ClassWeights = BalancedWeights(train, model.Config.NumLabels);
        }
    }

    /// <summary>n / (k n_c) of each class; 0 of those that do not occur.</summary>
    internal static IReadOnlyList<float> BalancedWeights(LabelledExamples train, int classes)
    {
        double[] counts = new double[classes];
        for (int i = 0; i < train.Count; i++)
        {
            counts[train.ClassOf(i)!.Value]++;
        }

        int occurring = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 0 : (float)(train.Count / (occurring * count)))];
    }

    private Classified Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows, bool mayBeUnknown)
    {
        IReadOnlyDictionary<string, int> numbers = ClassLabels.Numbers(labels);
        var unknown = new Dictionary<string, int>();
        List<string> classes = [.. labels];
        int? Number(TextExample example)
        {
            if (ClassLabels.IsMissing(example.Label, numbers))
            {
                return null;
            }

            string key = ClassLabels.Key(example.Label!);
            if (numbers.TryGetValue(key, out int number) || unknown.TryGetValue(key, out number))
            {
                return number;
            }

            if (!mayBeUnknown)
            {
                throw new InvalidDataException($"{example.Location}: the label \"{example.Label}\" is none of {string.Join(", ", labels)}, which the model knows; mend the row, or train with it");
            }

            classes.Add(example.Label!);
            return unknown[key] = classes.Count - 1;
        }

        TextExample[] examples = [.. paths.SelectMany(path => TextExample.WithDistractors([.. read(path, false, Tables)], rows.Distractors))];
        return new Classified([.. examples.Select((example, i) => new ClassExample(i, example, Number(example)))], labels, classes, rows, metrics);
    }

    /// <param name="Index">Its number among all that were read.</param>
    /// <param name="Example">Its texts.</param>
    /// <param name="Class">Null where it is not known.</param>
    private sealed record ClassExample(int Index, TextExample Example, int? Class);

    /// <param name="examples">Laid out as rows when they are needed, since only some of many may be.</param>
    /// <param name="labels">Those that the model can predict.</param>
    /// <param name="classes">These, and behind them those that only examples have.</param>
    /// <param name="rows">Makes rows of texts.</param>
    /// <param name="metrics">Figures.</param>
    private sealed class Classified(
        IReadOnlyList<ClassExample> examples, IReadOnlyList<string> labels, IReadOnlyList<string> classes, RowBuilder rows, IReadOnlyList<ClassMetric> metrics) : LabelledExamples
    {
        private IReadOnlyList<Sample>? _samples;

        public override int Count => examples.Count;

        internal override IReadOnlyList<Sample> Samples => _samples ??=
        [
            .. examples.Select(example => new Sample(
                [rows.CreateRow(example.Example.Text, example.Example.Pair, example.Example.Location)], example.Class is { } known ? new ClassTarget(known) : null)),
        ];

        public override IReadOnlyList<string> Classes => classes;

        private int[] Truth => [.. examples.Select(example => example.Class!.Value)];

        public override int? ClassOf(int example) => examples[example].Class;

        public override bool IsLabelled(int example) => examples[example].Class is not null;

        public override string Location(int example) => examples[example].Example.Location;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new Classified([.. examples.Where((_, i) => chosen(i))], labels, classes, rows, metrics);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            int[] truth = Truth;
            int[] predictions = [.. answers.Select(logits => ArgMax(logits))];
            Score score = BiGS.Training.Evaluation.Score.Bootstrap(task, Count, metrics.ToDictionary(
                metric => metric.Name,
                metric => (Func<IReadOnlyList<int>, double>)(chosen => metric.Compute(ConfusionMatrix.Create(truth, predictions, classes, chosen)))));
            return score with { Confusion = ConfusionMatrix.Create(truth, predictions, classes) };
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => answers.Select((logits, i) => $"{examples[i].Index}\t{labels[ArgMax(logits)]}");

        public override IReadOnlyList<Prediction> Predictions(IReadOnlyList<float[]> answers) => [.. examples.Zip(answers, (example, logits) => new Prediction(
            example.Index, labels[ArgMax(logits)], example.Class is { } known ? classes[known] : null,
            [.. labels.Zip(Softmax.Compute(logits), (label, probability) => new ClassProbability(label, probability))], example.Example.Text, example.Example.Pair))];

        public override IReadOnlyList<float[]> Baseline(LabelledExamples train)
        {
            int most = ((Classified)train).Truth.GroupBy(label => label).MaxBy(group => group.Count())!.Key;
            return [.. examples.Select(_ => OneHot(most, labels.Count))];
        }
    }
}
