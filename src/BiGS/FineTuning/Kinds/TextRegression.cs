using System.Globalization;
using BiGS.Corpora;
using BiGS.Evaluation;
using BiGS.Models;

namespace BiGS.FineTuning;

/// <summary>A value for a text, or for a pair of texts: how alike they are.</summary>
/// <param name="read">Gives the examples of a file.</param>
public sealed class TextRegression(Func<string, TableOptions, IEnumerable<TextExample>> read) : TaskKind
{
    /// <inheritdoc/>
    public override string Architecture => "BiGSForSequenceClassification";

    /// <inheritdoc/>
    public override string BestMetric => "spearman";

    /// <inheritdoc/>
    public override BiGSConfig Shape(BiGSConfig config, IReadOnlyList<string> labels) => config with { NumLabels = 1 };

    /// <inheritdoc/>
    public override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows) => new Valued(
        [.. paths.SelectMany(path => TextExample.Distracted([.. read(path, Tables)], rows.Distractors)).Select(example => new Sample(
            [rows.Of(example.Text, example.Pair, example.Where)], example.Label is null ? null : new ValueTarget(Value(example))))]);

    internal static double Value(TextExample example) =>
        double.TryParse(example.Label, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new InvalidDataException($"{example.Where}: \"{example.Label}\" is no number; a value is asked for in every row");

    private sealed class Valued(IReadOnlyList<Sample> samples) : LabelledExamples
    {
        public override int Count => samples.Count;

        public override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Part(Func<int, bool> chosen) => new Valued([.. samples.Where((_, i) => chosen(i))]);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] truth = Truth;
            Func<IReadOnlyList<int>, double> Figure(Func<IReadOnlyList<double>, IReadOnlyList<double>, double> correlation) => chosen =>
                correlation([.. chosen.Select(i => truth[i])], [.. chosen.Select(i => (double)answers[i][0])]);
            return Evaluation.Score.Of(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                ["pearson"] = Figure(Correlation.Pearson),
                ["spearman"] = Figure(Correlation.Spearman),
            });
        }

        public override IEnumerable<string> Guesses(IReadOnlyList<float[]> answers) =>
            answers.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{i}\t{value[0]:f3}"));

        public override IReadOnlyList<float[]> WithoutReading(LabelledExamples train)
        {
            float mean = (float)((Valued)train).Truth.Average();
            return [.. samples.Select(_ => new[] { mean })];
        }

        private double[] Truth => [.. samples.Select(sample => ((ValueTarget)sample.Target!).Value)];
    }
}
