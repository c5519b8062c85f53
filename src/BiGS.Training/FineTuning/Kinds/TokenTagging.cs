using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>
/// A tag for every word: names of people and places, parts of speech. The tag stands on a word's first piece, and is read off it. Words beyond the row's
/// end are left without a tag, which counts against the model. Where the tags mark entities (<see cref="TagScheme"/>), these are what is scored; where they
/// do not, the words are.
/// </summary>
public sealed class TokenTagging : TaskKind
{
    private const string Accuracy = "accuracy";

    /// <summary>The tags' names in the order of their numbers, for files that number them; null to take those that training files write.</summary>
    public IReadOnlyList<string>? TagNames { get; init; }

    /// <summary>Where the tags are; null for the last column of CoNLL files, and for "tags" or "ner_tags" of tables.</summary>
    public Column? TagColumn { get; init; }

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.TokenClassification;

    /// <inheritdoc/>
    public override string BestMetric => "f1";

    /// <inheritdoc/>
    public override string BestMetricOf(LabelledExamples validation) => ((Tagged)validation).Scheme.MarksEntities ? BestMetric : Accuracy;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FindLabels(IEnumerable<string> paths)
    {
        string[] tags = [.. Examples(paths, Tables with { Warn = null }).SelectMany(example => example.Tags
            ?? throw new InvalidDataException($"{example.Location}: the tags are missing; training needs them in every sentence")).Distinct().Order(StringComparer.Ordinal)];
        return TagNames is not null ? TagNames
            : tags.Contains(TagScheme.Outside) || !TagScheme.Recognize(tags, []).MarksEntities ? tags
            : [.. tags.Append(TagScheme.Outside).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        var numbers = labels.Index().ToDictionary(label => label.Item, label => label.Index);
        TaggedSentence[] sentences = [.. Examples(paths, TablesWithWarningsIn(rows)).Select(example =>
            Lay(example, example.Tags?.Select(tag => numbers.TryGetValue(tag, out int number) ? number : throw Unknown(example, tag, labels)).ToArray(), rows))];
        return sentences.Length > 0
            ? new Tagged(sentences, labels)
            : throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no sentence; expected a word and its tag on each line");
    }

    /// <summary>Sentences with the names of their tags.</summary>
    private TaggedExample[] Examples(IEnumerable<string> paths, TableOptions tables)
    {
        TaggedExample[] examples = [.. paths.SelectMany(path => TaggedExample.Read(path, TagColumn, tables))];
        if (Array.Find(examples, example => example.Tags is not null) is not { } first
            || !Array.TrueForAll(examples, example => example.Tags?.All(tag => int.TryParse(tag, out _)) != false))
        {
            return examples;
        }

        string found = string.Join(", ", examples.SelectMany(example => example.Tags ?? []).Distinct().Take(5));
        return TagNames is { } names
            ? [.. examples.Select(example => example with { Tags = example.Tags?.Select(tag => int.Parse(tag) is >= 0 and var number && number < names.Count
                ? names[number]
                : throw new InvalidDataException($"{example.Location}: the tag {tag} is none of the numbers 0 to {names.Count - 1} of {string.Join(", ", names)}")).ToArray() })]
            : throw new InvalidDataException(
                $"{first.Location}: the tags are numbers ({found}), and what they stand for is not in the file; name them in the order of their numbers with TokenTagging.TagNames, such as O,B-PER,I-PER");
    }

    private static InvalidDataException Unknown(TaggedExample example, string tag, IReadOnlyList<string> labels) =>
        new($"{example.Location}: the tag \"{tag}\" is none of {string.Join(", ", labels)}, which the model knows; mend it, or train with it");

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
            rows.CountCut(example.Location, ids.Count + 1);
            ids.RemoveRange(rows.MaxLength - 1, Math.Max(0, ids.Count - rows.MaxLength + 1));
        }

        ids.Add(words.SeparatorId);
        int[] wanted = [.. Enumerable.Repeat((int)HeadedModel.IgnoredLabel, ids.Count)];
        for (int w = 0; tags is not null && w < firstPieces.Count; w++)
        {
            wanted[firstPieces[w]] = tags[w];
        }

        var row = new TokenRow([.. ids]);
        return new TaggedSentence(example, firstPieces, new Sample([row], tags is null ? null : new TagsTarget(wanted)));
    }

    private sealed record TaggedSentence(TaggedExample Example, IReadOnlyList<int> FirstPieces, Sample Sample);

    private sealed class Tagged(IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<string> labels) : LabelledExamples
    {
        public TagScheme Scheme { get; } = TagScheme.Recognize(labels, sentences.Select(sentence => sentence.Example.Tags ?? []));

        public override int Count => sentences.Count;

        internal override IReadOnlyList<Sample> Samples { get; } = [.. sentences.Select(sentence => sentence.Sample)];

        public override string? PredictionHeader => null;

        /// <summary>The tag of words that the model has not read.</summary>
        private string Unread => labels.Contains(TagScheme.Outside) ? TagScheme.Outside : "";

        public override string? Location(int example) => sentences[example].Example.Location;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new Tagged([.. sentences.Where((_, i) => chosen(i))], labels);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            (IReadOnlyList<string> Truth, IReadOnlyList<string> Guesses)[] tags = [.. sentences.Select((sentence, i) => (sentence.Example.Tags!, (IReadOnlyList<string>)Tags(sentence, answers[i])))];
            (int Right, int All)[] words = [.. tags.Select(sentence => (sentence.Truth.Zip(sentence.Guesses, (truth, guess) => truth == guess ? 1 : 0).Sum(), sentence.Truth.Count))];
            double Right(IReadOnlyList<int> chosen) => (double)chosen.Sum(i => words[i].Right) / Math.Max(1, chosen.Sum(i => words[i].All));
            var figures = new Dictionary<string, Func<IReadOnlyList<int>, double>>();
            if (!Scheme.MarksEntities)
            {
                figures[Accuracy] = Right;
            }

            Add(figures, "", Scheme.Entities, tags);
            figures.TryAdd(Accuracy, Right);
            if (Scheme.IsStrict)
            {
                Add(figures, "strict_", Scheme.StrictEntities, tags);
            }

            return BiGS.Training.Evaluation.Score.Bootstrap(task, Count, figures) with
            {
                Notes = new Dictionary<string, string> { ["scheme"] = Scheme.Name },
                PerType = EntityMatches.ByKind(tags.Select(sentence =>
                    ((IReadOnlyList<BiGS.Training.Evaluation.Entity>)[.. Scheme.Entities(sentence.Truth)], (IReadOnlyList<BiGS.Training.Evaluation.Entity>)[.. Scheme.Entities(sentence.Guesses)]))),
            };
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => sentences.SelectMany((sentence, i) =>
            sentence.Example.Words.Zip(Tags(sentence, answers[i]), (word, tag) => $"{word}\t{tag}").Append(""));

        /// <summary>No entity; the most frequent tag where the tags mark none.</summary>
        public override IReadOnlyList<float[]> Baseline(LabelledExamples train)
        {
            int most = labels.ToList().IndexOf(TagScheme.Outside);
            if (!Scheme.MarksEntities || most < 0)
            {
                most = ((Tagged)train).Samples.SelectMany(sample => ((TagsTarget)sample.Target!).Tags).Where(tag => tag != HeadedModel.IgnoredLabel)
                    .CountBy(tag => tag).MaxBy(tag => tag.Value).Key;
            }

            float[] always = OneHot(most, labels.Count);
            return [.. Samples.Select(sample => Enumerable.Repeat(always, sample.Length).SelectMany(logits => logits).ToArray())];
        }

        /// <summary>Precision, recall and F1 of what a way of counting finds in the tags of sentences.</summary>
        private static void Add(
            Dictionary<string, Func<IReadOnlyList<int>, double>> figures, string prefix, Func<IReadOnlyList<string>, IEnumerable<BiGS.Training.Evaluation.Entity>> find,
            (IReadOnlyList<string> Truth, IReadOnlyList<string> Guesses)[] tags)
        {
            EntityMatches[] matches = [.. tags.Select(sentence => EntityMatches.Count(find(sentence.Truth), find(sentence.Guesses)))];
            EntityMatches Sum(IReadOnlyList<int> chosen) => chosen.Aggregate(default(EntityMatches), (sum, i) => sum + matches[i]);
            figures[prefix + "f1"] = chosen => Sum(chosen).F1;
            figures[prefix + "precision"] = chosen => Sum(chosen).Precision;
            figures[prefix + "recall"] = chosen => Sum(chosen).Recall;
        }

        /// <summary>One tag for each word; logits lie token by token.</summary>
        private string[] Tags(TaggedSentence sentence, float[] logits) => [.. sentence.Example.Words.Select((_, w) => w < sentence.FirstPieces.Count
            ? labels[ArgMax(logits.AsSpan(sentence.FirstPieces[w] * labels.Count, labels.Count))]
            : Unread)];
    }
}
