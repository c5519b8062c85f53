using System.Globalization;
using BiGS.Configuration;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>A value for a text, or for a pair of texts: how alike they are.</summary>
/// <param name="read">Gives the examples of a file.</param>
internal sealed class TextRegression(TextExampleReader read) : TaskKind
{
    /// <summary>What files write where the value is not published; null where every number is a value.</summary>
    public double? NotPublished { get; init; }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.SequenceClassification;

    /// <inheritdoc/>
    public override string BestMetric => "spearman";

    /// <inheritdoc/>
    public override bool Accepts(BiGSConfig config) => config.NumLabels == 1;

    /// <inheritdoc/>
    public override BiGSConfig Configure(BiGSConfig config, IReadOnlyList<string> labels) => config with { NumLabels = 1 };

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows) => Read(paths, rows, labelled: false);

    /// <inheritdoc/>
    internal override LabelledExamples ReadTraining(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows, int? limit)
    {
        Valued all = Read(paths, rows, labelled: true);
        return all.Values.Distinct().Count() > 1
            ? all.Subsample(limit)
            : throw new InvalidDataException($"'{string.Join("', '", paths)}': every row has the value {string.Join("", all.Values.Take(1))}; there is nothing to learn");
    }

    /// <summary>The value of an example.</summary>
    /// <exception cref="InvalidDataException">Its label is no number.</exception>
    internal static double Value(TextExample example)
    {
        if (double.TryParse(example.Label, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
        {
            return value;
        }

        bool hasComma = double.TryParse(example.Label?.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        throw new InvalidDataException($"{example.Location}: \"{example.Label}\" is no number; {(hasComma ? "write decimals with a point, as in 3.5" : "a value is asked for in every row")}");
    }

    private Valued Read(IEnumerable<string> paths, RowBuilder rows, bool labelled)
    {
        double? Known(TextExample example) => !labelled && string.IsNullOrWhiteSpace(example.Label) ? null
            : Value(example) is var value && value == NotPublished ? null
            : value;
        TextExample[] examples = [.. paths.SelectMany(path => TextExample.WithDistractors([.. read(path, labelled, Tables)], rows.Distractors))];
        return new Valued([.. examples.Select((example, i) => new ValueExample(i, example, Known(example)))], rows);
    }

    /// <param name="Index">Its number among all that were read.</param>
    /// <param name="Example">Its texts.</param>
    /// <param name="Value">Null where it is not known.</param>
    private sealed record ValueExample(int Index, TextExample Example, double? Value);

    private sealed class Valued(IReadOnlyList<ValueExample> examples, RowBuilder rows) : LabelledExamples
    {
        private IReadOnlyList<Sample>? _samples;

        public override int Count => examples.Count;

        internal override IReadOnlyList<Sample> Samples => _samples ??=
        [
            .. examples.Select(example => new Sample(
                [rows.CreateRow(example.Example.Text, example.Example.Pair, example.Example.Location)], example.Value is { } known ? new ValueTarget(known) : null)),
        ];

        public IEnumerable<double> Values => examples.Select(example => example.Value).OfType<double>();

        private double[] Truth => [.. examples.Select(example => example.Value!.Value)];

        public override bool IsLabelled(int example) => examples[example].Value is not null;

        public override string Location(int example) => examples[example].Example.Location;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new Valued([.. examples.Where((_, i) => chosen(i))], rows);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] truth = Truth;
            Func<IReadOnlyList<int>, double> Figure(Func<IReadOnlyList<double>, IReadOnlyList<double>, double> correlation) => chosen =>
                correlation([.. chosen.Select(i => truth[i])], [.. chosen.Select(i => (double)answers[i][0])]);
            return BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                ["pearson"] = Figure(Correlation.Pearson),
                ["spearman"] = Figure(Correlation.Spearman),
            });
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => answers.Select((value, i) => $"{examples[i].Index}\t{Written(value[0])}");

        public override IReadOnlyList<Prediction> Predictions(IReadOnlyList<float[]> answers) => [.. examples.Zip(answers, (example, value) => new Prediction(
            example.Index, Written(value[0]), example.Value?.ToString(CultureInfo.InvariantCulture), [], example.Example.Text, example.Example.Pair))];

        public override IReadOnlyList<float[]> Baseline(LabelledExamples train)
        {
            float mean = (float)((Valued)train).Truth.Average();
            return [.. examples.Select(_ => new[] { mean })];
        }

        private static string Written(float value) => value.ToString("f3", CultureInfo.InvariantCulture);
    }
}
