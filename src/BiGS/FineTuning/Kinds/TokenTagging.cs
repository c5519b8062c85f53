using BiGS.Evaluation;
using BiGS.Models;

namespace BiGS.FineTuning;

/// <summary>
/// A tag for every word: names of people and places, parts of speech. The tag stands on a word's first piece, and is read off it. Words beyond the row's
/// end are left without an entity, which counts against the model.
/// </summary>
public sealed class TokenTagging : TaskKind
{
    private const string Outside = "O";

    /// <inheritdoc/>
    public override string Architecture => "BiGSForTokenClassification";

    /// <inheritdoc/>
    public override string BestMetric => "f1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FindLabels(IEnumerable<string> paths) => Ordered(paths.SelectMany(path => TaggedExample.Read(path, Tables)).SelectMany(example =>
        example.Tags ?? throw new InvalidDataException($"{example.Where}: the tags are missing; training needs them in every sentence")).Append(Outside));

    /// <inheritdoc/>
    public override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        var sentences = new List<TaggedSentence>();
        foreach (TaggedExample example in paths.SelectMany(path => TaggedExample.Read(path, Tables)))
        {
            int[]? tags = example.Tags is null ? null : [.. example.Tags.Select(tag => Number(labels, tag, example.Where))];
            sentences.Add(Lay(example, tags, rows));
        }

        return sentences.Count > 0
            ? new Tagged(sentences, labels)
            : throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no sentence; expected a word and its tag a line");
    }

    private static TaggedSentence Lay(TaggedExample example, int[]? tags, RowBuilder rows)
    {
        var words = rows.Tokenizer.Vocabulary;
        List<int> ids = [words.ClassificationId];
        var firstPieces = new List<int>();
        for (int w = 0; w < example.Words.Count && ids.Count < rows.MaxLength - 1; w++)
        {
            int before = ids.Count;
            rows.Tokenizer.EncodeIds(example.Words[w], ids);
            if (ids.Count == before)
            {
                ids.Add(words.UnknownId);
            }

            firstPieces.Add(before);
        }

        if (firstPieces.Count < example.Words.Count || ids.Count > rows.MaxLength - 1)
        {
            rows.CountCut(example.Where, ids.Count + 1);
            ids.RemoveRange(rows.MaxLength - 1, Math.Max(0, ids.Count - rows.MaxLength + 1));
        }

        ids.Add(words.SeparatorId);
        int[] wanted = [.. Enumerable.Repeat((int)HeadedModel.IgnoredLabel, ids.Count)];
        for (int w = 0; tags is not null && w < firstPieces.Count; w++)
        {
            wanted[firstPieces[w]] = tags[w];
        }

        var row = new SampleRow([.. ids], ids.Count);
        return new TaggedSentence(example, firstPieces, new Sample([row], tags is null ? null : new TagsTarget(wanted)));
    }

    private sealed record TaggedSentence(TaggedExample Example, IReadOnlyList<int> FirstPieces, Sample Sample);

    private sealed class Tagged(IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<string> labels) : LabelledExamples
    {
        public override int Count => sentences.Count;

        public override IReadOnlyList<Sample> Samples { get; } = [.. sentences.Select(sentence => sentence.Sample)];

        public override string? GuessHeader => null;

        public override LabelledExamples Part(Func<int, bool> chosen) => new Tagged([.. sentences.Where((_, i) => chosen(i))], labels);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            string[][] guesses = [.. sentences.Select((sentence, i) => Tags(sentence, answers[i]))];
            EntityMatches[] matches = [.. sentences.Select((sentence, i) => EntityMatches.Of(sentence.Example.Tags!, guesses[i]))];
            (int Right, int All)[] words = [.. sentences.Select((sentence, i) => (sentence.Example.Tags!.Where((tag, w) => tag == guesses[i][w]).Count(), guesses[i].Length))];
            Func<IReadOnlyList<int>, double> Entities(Func<EntityMatches, double> figure) => chosen =>
                figure(chosen.Aggregate(default(EntityMatches), (sum, i) => sum + matches[i]));
            return Evaluation.Score.Of(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                ["f1"] = Entities(sum => sum.F1),
                ["precision"] = Entities(sum => sum.Precision),
                ["recall"] = Entities(sum => sum.Recall),
                ["accuracy"] = chosen => (double)chosen.Sum(i => words[i].Right) / Math.Max(1, chosen.Sum(i => words[i].All)),
            });
        }

        public override IEnumerable<string> Guesses(IReadOnlyList<float[]> answers) => sentences.SelectMany((sentence, i) =>
            sentence.Example.Words.Zip(Tags(sentence, answers[i]), (word, tag) => $"{word}\t{tag}").Append(""));

        public override IReadOnlyList<float[]> WithoutReading(LabelledExamples train)
        {
            float[] outside = Saying(labels.ToList().IndexOf(Outside), labels.Count);
            return [.. Samples.Select(sample => Enumerable.Repeat(outside, sample.Length).SelectMany(logits => logits).ToArray())];
        }

        /// <summary>One tag a word; logits lie token by token.</summary>
        private string[] Tags(TaggedSentence sentence, float[] logits) => [.. sentence.Example.Words.Select((_, w) => w < sentence.FirstPieces.Count
            ? labels[Best(logits.AsSpan(sentence.FirstPieces[w] * labels.Count, labels.Count))]
            : Outside)];
    }
}
