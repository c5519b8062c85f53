using BiGS.Evaluation;

namespace BiGS.FineTuning;

/// <summary>The best of several continuations: each is read on its own after the text, and their scores compete.</summary>
public sealed class MultipleChoice : TaskKind
{
    /// <inheritdoc/>
    public override string Architecture => "BiGSForMultipleChoice";

    /// <inheritdoc/>
    public override string BestMetric => ClassMetric.Accuracy.Name;

    /// <inheritdoc/>
    public override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        ChoiceExample[] examples = [.. paths.SelectMany(path => ChoiceExample.Read(path, Tables))];
        if (examples.Length == 0)
        {
            throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no question to choose an answer of");
        }

        int choices = examples[0].Choices.Count;
        if (Array.Find(examples, example => example.Choices.Count != choices || choices < 2) is { } other)
        {
            throw new InvalidDataException($"{other.Where}: has {other.Choices.Count} choices where the first question has {choices}; each needs as many, and at least two");
        }

        return new Chosen([.. examples.Select(example => new Sample(
            [.. example.Choices.Select(choice => rows.Of(example.Text, choice, example.Where))], example.Right is { } right ? new ClassTarget(right) : null))], choices);
    }

    private sealed class Chosen(IReadOnlyList<Sample> samples, int choices) : LabelledExamples
    {
        public override int Count => samples.Count;

        public override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Part(Func<int, bool> chosen) => new Chosen([.. samples.Where((_, i) => chosen(i))], choices);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] right = [.. samples.Select((sample, i) => Best(answers[i]) == ((ClassTarget)sample.Target!).Class ? 1.0 : 0)];
            return Evaluation.Score.Of(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                [ClassMetric.Accuracy.Name] = chosen => chosen.Average(i => right[i]),
            });
        }

        public override IEnumerable<string> Guesses(IReadOnlyList<float[]> answers) => answers.Select((scores, i) => $"{i}\t{Best(scores)}");

        public override IReadOnlyList<float[]> WithoutReading(LabelledExamples train)
        {
            int most = ((Chosen)train).Samples.GroupBy(sample => ((ClassTarget)sample.Target!).Class).MaxBy(group => group.Count())!.Key;
            return [.. samples.Select(_ => Saying(most, choices))];
        }
    }
}
