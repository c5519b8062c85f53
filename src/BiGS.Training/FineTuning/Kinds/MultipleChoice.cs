using BiGS.Configuration;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The best of several continuations: each is read on its own after the text, and their scores compete. Questions may have different numbers of choices.
/// </summary>
public sealed class MultipleChoice : TaskKind
{
    /// <summary>What the columns of tables hold; null to recognise it.</summary>
    public ChoiceColumns? Columns { get; init; }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.MultipleChoice;

    /// <inheritdoc/>
    public override string BestMetric => ClassMetric.Accuracy.Name;

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        TableOptions tables = TablesWithWarningsIn(rows);
        ChoiceExample[] examples = [.. paths.SelectMany(path => ChoiceExample.Read(path, Columns, tables))];
        if (examples.Length == 0)
        {
            throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no question to choose an answer of");
        }

        if (Array.Find(examples, example => example.Choices.Count < 2) is { } single)
        {
            throw new InvalidDataException($"{single.Location}: has {single.Choices.Count} choices; each question needs at least two");
        }

        return new Chosen([.. examples.Select(example => new Sample(
            [.. example.Choices.Select(choice => rows.CreateRow(example.Text, choice, example.Location))], example.Right is { } right ? new ClassTarget(right) : null))]);
    }

    private sealed class Chosen(IReadOnlyList<Sample> samples) : LabelledExamples
    {
        public override int Count => samples.Count;

        internal override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new Chosen([.. samples.Where((_, i) => chosen(i))]);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] right = [.. samples.Select((sample, i) => ArgMax(answers[i]) == ((ClassTarget)sample.Target!).Class ? 1.0 : 0)];
            return BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                [ClassMetric.Accuracy.Name] = chosen => chosen.Average(i => right[i]),
            });
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => answers.Select((scores, i) => $"{i}\t{ArgMax(scores)}");

        /// <summary>Always the same place among the choices: the one that is right most often.</summary>
        public override IReadOnlyList<float[]> Baseline(LabelledExamples train)
        {
            int most = ((Chosen)train).Samples.CountBy(sample => ((ClassTarget)sample.Target!).Class).MaxBy(place => place.Value).Key;
            return [.. samples.Select(sample => OneHot(most < sample.Rows.Count ? most : 0, sample.Rows.Count))];
        }
    }
}
