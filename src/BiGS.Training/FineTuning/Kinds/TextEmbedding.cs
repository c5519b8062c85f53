using System.Globalization;
using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;
using BiGS.Training.Data;
using BiGS.Training.Evaluation;

namespace BiGS.Training.FineTuning;

/// <summary>Which columns of a table hold the texts that embeddings learn from.</summary>
/// <param name="Text">What is compared.</param>
/// <param name="Pair">What belongs to it; null to learn from the texts alone.</param>
/// <param name="Negative">What does not, though it looks alike; null for none.</param>
public sealed record ContrastColumns(Column Text, Column? Pair = null, Column? Negative = null);

/// <summary>Which columns of a table hold the pairs that embeddings are measured on.</summary>
/// <param name="First">A text.</param>
/// <param name="Second">Another.</param>
/// <param name="Score">How alike the two are; more is more alike.</param>
public sealed record ScoredPairColumns(Column First, Column Second, Column Score)
{
    /// <summary>As the files of STS-B have them, and under the names of those of SICK.</summary>
    public static ScoredPairColumns StsB { get; } = new(new(["sentence1", "sentence_A"], 1), new(["sentence2", "sentence_B"], 2), new(["score", "relatedness_score"], 3));
}

/// <summary>
/// Vectors whose cosine says how alike two texts are. Learned by contrast, from pairs (and negatives), or from texts alone: each is read twice under
/// dropout, and its two vectors belong together (SimCSE, Gao et al. 2021). Measured on pairs that people scored, by rank correlation (STS-B); or on pairs
/// kept aside, by how often a text finds its own among all.
/// </summary>
/// <param name="learned">Of training files; null for plain text, of which every sentence is a text.</param>
/// <param name="measured">Of validation files.</param>
internal sealed class TextEmbedding(ContrastColumns? learned, ScoredPairColumns measured) : TaskKind
{
    private const string Accuracy = "accuracy";

    /// <summary>Dropout for texts alone, where the model has none: without it both readings would be the same.</summary>
    private const double UsualDropout = 0.1;

    /// <inheritdoc/>
    public override string Architecture => ModelHeads.Embedding;

    /// <inheritdoc/>
    public override string BestMetric => "spearman";

    /// <inheritdoc/>
    public override bool NeedsTuning => false;

    /// <inheritdoc/>
    public override string BestMetricOf(LabelledExamples validation) => validation switch
    {
        Contrasted { HasTwins: true } => throw new InvalidDataException(
            "texts alone cannot compare epochs, since every text finds itself; give pairs with scores as validation, such as STS-B's (sentence1, sentence2, score)"),
        Contrasted => Accuracy,
        _ => BestMetric,
    };

    /// <inheritdoc/>
    public override BiGSConfig Configure(BiGSConfig config, IReadOnlyList<string> labels) =>
        learned?.Pair is not null || config.HiddenDropoutProb > 0 || config.BlockDropoutProb > 0
            ? config
            : config with { HiddenDropoutProb = UsualDropout, BlockDropoutProb = UsualDropout };

    /// <inheritdoc/>
    public override void Prepare(HeadedModel model, FineTuningOptions options, LabelledExamples train)
    {
        base.Prepare(model, options, train);
        ((BiGSForEmbedding)model).Temperature = options.Temperature > 0
            ? options.Temperature
            : throw new ArgumentException($"the temperature is {options.Temperature}; expected more than 0, usually {ContrastiveLoss.DefaultTemperature}");
    }

    /// <inheritdoc/>
    internal override LabelledExamples ReadTraining(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows, int? limit)
    {
        var numbers = new Dictionary<string, int>();
        int Number(string text) => numbers.TryGetValue(text, out int known) ? known : numbers[text] = numbers.Count;
        Sample[] samples =
        [
            .. Drawn(Contrasts(paths), limit).Select(contrast => new Sample(
                [.. contrast.Texts.Select(text => rows.CreateRow(text, null, contrast.Where))], new TextsTarget([.. contrast.Texts.Select(Number)]))),
        ];
        return samples.Length > 0
            ? new Contrasted(samples)
            : throw new InvalidDataException($"'{string.Join("', '", paths)}' holds no text to learn from");
    }

    /// <inheritdoc/>
    internal override LabelledExamples Read(IEnumerable<string> paths, IReadOnlyList<string> labels, RowBuilder rows)
    {
        Sample Scored(TextExample example) => new(
            [rows.CreateRow(example.Text, null, example.Location), rows.CreateRow(example.Pair!, null, example.Location)],
            string.IsNullOrEmpty(example.Label) ? null : new ValueTarget(TextRegression.Value(example)));
        return new ScoredPairs([.. paths.SelectMany(path => TextExample.FromTable(path, measured.First, measured.Second, measured.Score, tables: Tables)).Select(Scored)]);
    }

    /// <summary>So many of them, drawn at random, in their order: a corpus is read through once, and no more of it kept (reservoir sampling, Vitter 1985).</summary>
    private static IEnumerable<T> Drawn<T>(IEnumerable<T> all, int? limit)
    {
        if (limit is not { } most)
        {
            return all;
        }

        var random = new CounterRandom(0, RandomStream.LimitedExamples);
        var kept = new List<(int Index, T Item)>();
        int index = 0;
        foreach (T item in all)
        {
            int place = index < most ? index : random.Below(index + 1, (ulong)index, 0);
            if (index < most)
            {
                kept.Add((index, item));
            }
            else if (place < most)
            {
                kept[place] = (index, item);
            }

            index++;
        }

        return kept.OrderBy(item => item.Index).Select(item => item.Item);
    }

    /// <summary>What is compared, what belongs to it, and what does not.</summary>
    private IEnumerable<(string Where, string[] Texts)> Contrasts(IEnumerable<string> paths)
    {
        if (learned is null)
        {
            return Corpus.ReadDocuments(paths, new CorpusOptions { Encoding = Tables.Encoding }).SelectMany((document, d) => SentenceSplitter.Split(document).Select(sentence => ($"document {d + 1}", (string[])[sentence, sentence])));
        }

        Column[] wanted = [.. new[] { learned.Text, learned.Pair, learned.Negative }.OfType<Column>()];
        return paths.SelectMany(path => TableFile.Read(path, wanted, Tables)).Select(row =>
            (row.Location, row.Cells.Count == 1 ? [row.Cells[0]!, row.Cells[0]!] : (string[])[.. row.Cells.Select(cell => cell!)]));
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        (double product, double squaresA, double squaresB) = (0, 0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squaresA += (double)a[i] * a[i];
            squaresB += (double)b[i] * b[i];
        }

        return product / Math.Max(Math.Sqrt(squaresA * squaresB), double.Epsilon);
    }

    /// <summary>Texts that belong together, and a negative or none; an answer is their vectors, one after the other.</summary>
    private sealed class Contrasted(IReadOnlyList<Sample> samples) : LabelledExamples
    {
        /// <summary>Whether each text belongs to itself.</summary>
        public bool HasTwins => samples.All(sample => sample.Target is TextsTarget { Texts: [var first, var second] } && first == second);

        public override int Count => samples.Count;

        internal override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new Contrasted([.. samples.Where((_, i) => chosen(i))]);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] right = [.. answers.Select((_, i) => Nearest(answers, i) == i ? 1.0 : 0)];
            return BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                [Accuracy] = chosen => chosen.Average(i => right[i]),
            });
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => answers.Select((_, i) => $"{i}\t{Nearest(answers, i)}");

        /// <summary>The same vector for all: the first is as near as any.</summary>
        public override IReadOnlyList<float[]> Baseline(LabelledExamples train) => [.. samples.Select(sample => Enumerable.Repeat(1f, sample.Rows.Count).ToArray())];

        /// <summary>Whose second text is nearest to a first text; other copies of its own second text do not compete.</summary>
        private int Nearest(IReadOnlyList<float[]> answers, int row)
        {
            (int texts, int width) = (samples[row].Rows.Count, answers[row].Length / samples[row].Rows.Count);
            int own = ((TextsTarget)samples[row].Target!).Texts[1];
            (int best, double cosine) = (-1, double.NegativeInfinity);
            for (int i = 0; i < samples.Count; i++)
            {
                if (i != row && ((TextsTarget)samples[i].Target!).Texts[1] == own)
                {
                    continue;
                }

                double to = Cosine(answers[row].AsSpan(0, answers[row].Length / texts), answers[i].AsSpan(width, width));
                (best, cosine) = to > cosine ? (i, to) : (best, cosine);
            }

            return best;
        }
    }

    /// <summary>Pairs that people scored; an answer is their two vectors, one after the other.</summary>
    private sealed class ScoredPairs(IReadOnlyList<Sample> samples) : LabelledExamples
    {
        public override int Count => samples.Count;

        internal override IReadOnlyList<Sample> Samples => samples;

        public override LabelledExamples Subset(Func<int, bool> chosen) => new ScoredPairs([.. samples.Where((_, i) => chosen(i))]);

        public override Score Score(string task, IReadOnlyList<float[]> answers)
        {
            double[] truth = [.. samples.Select(sample => ((ValueTarget)sample.Target!).Value)];
            double[] cosines = [.. answers.Select(Alike)];
            double[] words = [.. samples.Select(SharedWords)];
            Func<IReadOnlyList<int>, double> Figure(Func<IReadOnlyList<double>, IReadOnlyList<double>, double> correlation, double[] values) => chosen =>
                correlation([.. chosen.Select(i => truth[i])], [.. chosen.Select(i => values[i])]);
            return BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
            {
                ["spearman"] = Figure(Correlation.Spearman, cosines),
                ["pearson"] = Figure(Correlation.Pearson, cosines),
                ["spearman_of_shared_words"] = Figure(Correlation.Spearman, words),
            });
        }

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) =>
            answers.Select((vectors, i) => string.Create(CultureInfo.InvariantCulture, $"{i}\t{Alike(vectors):f4}"));

        /// <summary>The same vector for all.</summary>
        public override IReadOnlyList<float[]> Baseline(LabelledExamples train) => [.. samples.Select(_ => new[] { 1f, 1f })];

        private static double Alike(float[] vectors) => Cosine(vectors.AsSpan(0, vectors.Length / 2), vectors.AsSpan(vectors.Length / 2));

        /// <summary>The cosine of how often each word piece stands in the two texts: what is reached without a model.</summary>
        private static double SharedWords(Sample sample)
        {
            int[][] pieces = [.. sample.Rows.Select(row => row.Ids[1..^1])];
            int[] all = [.. pieces.SelectMany(ids => ids).Distinct()];
            float[][] counts = [.. pieces.Select(ids => all.Select(piece => (float)ids.Count(id => id == piece)).ToArray())];
            return Cosine(counts[0], counts[1]);
        }
    }
}
