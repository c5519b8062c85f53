using BiGS.Corpora;
using BiGS.Evaluation;

namespace BiGS.FineTuning;

/// <summary>A figure of classes.</summary>
/// <param name="Name">As JSON has it.</param>
/// <param name="Of">From true and guessed classes.</param>
public sealed record ClassMetric(string Name, Func<IReadOnlyList<int>, IReadOnlyList<int>, double> Of)
{
    public static ClassMetric Accuracy { get; } = new("accuracy", ClassMetrics.Accuracy);

    /// <summary>Of class 1.</summary>
    public static ClassMetric F1 { get; } = new("f1", (truth, guesses) => ClassMetrics.F1(truth, guesses));

    public static ClassMetric MacroF1 { get; } = new("macro_f1", ClassMetrics.MacroF1);

    public static ClassMetric Matthews { get; } = new("matthews", ClassMetrics.Matthews);
}

/// <summary>Which class a text, or a pair of texts, belongs to.</summary>
/// <param name="read">Gives the examples of a file.</param>
/// <param name="metrics">The first says which epoch was best.</param>
public sealed class TextClassification(Func<string, TableOptions, IEnumerable<TextExample>> read, params IReadOnlyList<ClassMetric> metrics) : TaskKind
{
    /// <summary>Two texts a row.</summary>
    public bool ReadsPairs { get; init; }

    /// <inheritdoc/>
    public override string Architecture => "BiGSForSequenceClassification";

    /// <inheritdoc/>
    public override string BestMetric => metrics[0].Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FindLabels(IEnumerable<string> paths)
    {
        IReadOnlyList<string> labels = Ordered(paths.SelectMany(path => read(path, Tables)).Select(example => !string.IsNullOrEmpty(example.Label)
            ? example.Label
            : throw new InvalidDataException($"{example.Where}: the label is missing; training needs one in every row")));
        return labels.Count > 1
            ? labels
            : throw new InvalidDataException($"'{string.Join("', '", paths)}': every row has the label \"{labels.FirstOrDefault()}\"; there is nothing to tell apart");
    }

    /// <inheritdoc/>
    public override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows) => new Classified(
        [.. paths.SelectMany(path => TextExample.Distracted([.. read(path, Tables)], rows.Distractors)).Select(example => new Sample(
            [rows.Of(example.Text, example.Pair, example.Where)],
            example.Label is null ? null : new ClassTarget(Number(labels, example.Label, example.Where))))],
        labels, metrics);

    private sealed class Classified(IReadOnlyList<Sample> samples, IReadOnlyList<string> labels, IReadOnlyList<ClassMetric> metrics) : LabelledExamples
    {
        public override int Count => samples.Count;

        public override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Part(Func<int, bool> chosen) => new Classified([.. samples.Where((_, i) => chosen(i))], labels, metrics);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            int[] truth = Truth;
            int[] guesses = [.. answers.Select(logits => Best(logits))];
            return Evaluation.Score.Of(task, Count, metrics.ToDictionary(metric => metric.Name, metric => Figure(metric, truth, guesses)));
        }

        public override IEnumerable<string> Guesses(IReadOnlyList<float[]> answers) => answers.Select((logits, i) => $"{i}\t{labels[Best(logits)]}");

        public override IReadOnlyList<float[]> WithoutReading(LabelledExamples train)
        {
            int most = ((Classified)train).Truth.GroupBy(label => label).MaxBy(group => group.Count())!.Key;
            return [.. samples.Select(_ => Saying(most, labels.Count))];
        }

        private int[] Truth => [.. samples.Select(sample => ((ClassTarget)sample.Target!).Class)];

        private static Func<IReadOnlyList<int>, double> Figure(ClassMetric metric, int[] truth, int[] guesses) => chosen =>
            metric.Of([.. chosen.Select(i => truth[i])], [.. chosen.Select(i => guesses[i])]);
    }
}
