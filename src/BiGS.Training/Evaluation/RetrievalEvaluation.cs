using BiGS.Search;
using BiGS.Tokenizers;

namespace BiGS.Training.Evaluation;

/// <summary>
/// How well questions find their texts among all texts, by words, by vectors, and by both: as <see cref="SearchIndex"/> ranks passages. A text stands where the
/// best of its passages does, and behind every other text of the same score: a tie is wrong.
/// </summary>
internal static class RetrievalEvaluation
{
    private const int Near = 10;
    private const int EmbeddedAtOnce = 512;

    /// <summary>Passages of each ranking that texts are taken from: as many as a search fuses.</summary>
    private static readonly int Candidates = new SearchOptions().Candidates;

    private static readonly int[] Within = [1, 3, Near];

    private static readonly (string Prefix, SearchMode Mode)[] Modes = [("", SearchMode.Vector), ("bm25_", SearchMode.Keyword), ("hybrid_", SearchMode.Hybrid)];

    /// <param name="model">What embeds texts and questions.</param>
    /// <param name="set">At least one question.</param>
    /// <param name="progress">The share of texts and questions that is behind.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>
    /// <c>recall_1</c>, <c>recall_3</c> and <c>recall_10</c> (the share of a question's texts among the first), <c>mrr_10</c> (1 / the place of the first of
    /// them) and <c>ndcg_10</c> (Järvelin and Kekäläinen 2002, gains 2^relevance − 1), means over questions with intervals: by vectors, the same by words
    /// with <c>bm25_</c> before, and by both with <c>hybrid_</c>.
    /// </returns>
    public static Score Score(SearchModel model, RetrievalSet set, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(set.Questions.Count);
        string folder = Directory.CreateTempSubdirectory("bigs-retrieval-").FullName;
        try
        {
            string path = Path.Combine(folder, SearchIndex.FileName);
            double all = set.Texts.Count + set.Questions.Count;
            int[] texts = AddTexts(path, model, set.Texts, done => progress?.Report(done / all), cancellationToken);
            using SearchIndex index = SearchIndex.Open(path);
            var figures = Modes.SelectMany(mode => Figures([]).Select(figure => mode.Prefix + figure.Name)).ToDictionary(name => name, _ => new List<double>());
            int asked = 0;
            foreach (RetrievalQuestion[] some in set.Questions.Chunk(EmbeddedAtOnce))
            {
                foreach ((RetrievalQuestion question, float[] vector) in some.Zip(model.Embed([.. some.Select(question => question.Text)], cancellationToken)))
                {
                    foreach ((string prefix, SearchMode mode) in Modes)
                    {
                        IEnumerable<(int Text, double Score)> found = index.Rank(question.Text, vector, new SearchOptions { Mode = mode, Top = Candidates }).Select(hit => (texts[hit.Passage - 1], hit.Score));
                        foreach ((string name, double value) in Figures(Gains(found, question.Relevance), question.Relevance))
                        {
                            figures[prefix + name].Add(value);
                        }
                    }
                }

                asked += some.Length;
                progress?.Report((set.Texts.Count + asked) / all);
            }

            return Evaluation.Score.Bootstrap("retrieval", set.Questions.Count, figures.ToDictionary(
                figure => figure.Key, figure => (Func<IReadOnlyList<int>, double>)(chosen => chosen.Average(question => figure.Value[question]))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The relevance of texts in the order in which they are found, each once; of equal scores the relevant last.</summary>
    internal static int[] Gains(IEnumerable<(int Text, double Score)> found, IReadOnlyDictionary<int, int> relevance) =>
    [
        .. found.GroupBy(hit => hit.Text, hit => hit.Score).Select(text => (Score: text.Max(), Gain: relevance.GetValueOrDefault(text.Key)))
            .OrderByDescending(text => text.Score).ThenBy(text => text.Gain).Select(text => text.Gain),
    ];

    /// <summary>What is said of one question.</summary>
    internal static IEnumerable<(string Name, double Value)> Figures(int[] gains, IReadOnlyDictionary<int, int>? relevance = null)
    {
        int first = Array.FindIndex(gains, gain => gain > 0);
        double ideal = relevance is null ? 0 : Discounted([.. relevance.Values.OrderDescending()]);
        return
        [
            .. Within.Select(within => ($"recall_{within}", (double)gains.Take(within).Count(gain => gain > 0) / (relevance?.Count ?? 1))),
            ($"mrr_{Near}", first >= 0 && first < Near ? 1.0 / (first + 1) : 0),
            ($"ndcg_{Near}", ideal > 0 ? Discounted(gains) / ideal : 0),
        ];
    }

    private static double Discounted(int[] gains) => gains.Take(Near).Index().Sum(gain => (Math.Pow(2, gain.Item) - 1) / Math.Log2(gain.Index + 2));

    /// <summary>Makes the index; returns the number of each passage's text.</summary>
    private static int[] AddTexts(string path, SearchModel model, IReadOnlyList<RetrievalText> texts, Action<int> progress, CancellationToken cancellationToken)
    {
        (int tokens, int overlap) = model.DefaultPassage;
        PassageSplitter cutter = model.CreateSplitter(tokens, overlap);
        var numbers = new List<int>();
        using var writer = new IndexWriter(path, new IndexSettings(null, model.Fingerprint, model.Dimensions, tokens, overlap, null, null, new IndexOptions().Stemming));
        foreach ((int Number, RetrievalText Text)[] some in texts.Index().Chunk(EmbeddedAtOnce))
        {
            (int Text, IndexedPassage Passage)[] passages =
            [
                .. some.SelectMany(text => cutter.Split(text.Text.Text).Select(
                    passage => (text.Number, new IndexedPassage($"{text.Number}", 1, passage.Start, passage.End, passage.Text) { Title = text.Text.Title }))),
            ];
            IReadOnlyList<float[]> vectors = model.Embed([.. passages.Select(passage => passage.Passage.Text)], cancellationToken);
            foreach (var text in passages.Zip(vectors, (passage, vector) => (passage.Text, passage.Passage, Vector: vector)).GroupBy(passage => passage.Text))
            {
                writer.Replace(new IndexedFile($"{text.Key}", "", 0, default), [.. text.Select(passage => passage.Passage)], [.. text.Select(passage => passage.Vector.Select(number => (Half)number).ToArray())]);
                numbers.AddRange(text.Select(_ => text.Key)); // passages are numbered as they come, from 1
            }

            progress(some[^1].Number + 1);
        }

        return [.. numbers];
    }
}
