using BiGS.Search;
using BiGS.Tokenizers;

namespace BiGS.Training.Evaluation;

/// <summary>A question, and the text that answers it.</summary>
/// <param name="Question">One sentence.</param>
/// <param name="Text">The number of its text among all.</param>
internal readonly record struct RetrievalQuestion(string Question, int Text);

/// <summary>
/// How often a question finds its text among all texts, by words, by vectors, and by both: as the search of <see cref="SearchIndex"/> ranks their passages. A
/// text stands where the first of its passages does.
/// </summary>
internal static class RetrievalEvaluation
{
    private const int Near = 10;
    private const int EmbeddedAtOnce = 512;

    /// <param name="model">What embeds texts and questions.</param>
    /// <param name="texts">Among which each question's is to be found; all different.</param>
    /// <param name="questions">At least one.</param>
    /// <param name="progress">The share of texts and questions that is behind.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns><c>recall_1</c> and <c>recall_10</c> by vectors, the same by words with <c>bm25_</c> before and by both with <c>hybrid_</c>, with intervals over questions.</returns>
    public static Score Score(
        SearchModel model, IReadOnlyList<string> texts, IReadOnlyList<RetrievalQuestion> questions, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(questions.Count);
        string folder = Directory.CreateTempSubdirectory("bigs-retrieval-").FullName;
        try
        {
            string path = Path.Combine(folder, SearchIndex.FileName);
            int all = texts.Count + questions.Count;
            AddTexts(path, model, texts, done => progress?.Report((double)done / all), cancellationToken);
            using SearchIndex index = SearchIndex.Open(path);
            var modes = new Dictionary<string, SearchMode> { [""] = SearchMode.Vector, ["bm25_"] = SearchMode.Keyword, ["hybrid_"] = SearchMode.Hybrid };
            var ranks = modes.Keys.ToDictionary(name => name, _ => new List<int>());
            foreach (RetrievalQuestion[] some in questions.Chunk(EmbeddedAtOnce))
            {
                foreach ((RetrievalQuestion question, float[] vector) in some.Zip(model.Embed([.. some.Select(question => question.Question)], cancellationToken)))
                {
                    foreach ((string name, SearchMode mode) in modes)
                    {
                        ranks[name].Add(Rank(index, question, vector, mode));
                    }
                }

                progress?.Report((double)(texts.Count + ranks[""].Count) / all);
            }

            var found = modes.Keys.SelectMany(name => (int[])[1, Near], (name, within) => (Name: $"{name}recall_{within}", Count: ranks[name].Count(rank => rank <= within)))
                .ToDictionary(figure => figure.Name, figure => figure.Count);
            return new Score(
                "retrieval", found.ToDictionary(figure => figure.Key, figure => (double)figure.Value / questions.Count), questions.Count,
                found.ToDictionary(figure => figure.Key, figure => Interval.ForProportion(figure.Value, questions.Count)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AddTexts(string path, SearchModel model, IReadOnlyList<string> texts, Action<int> progress, CancellationToken cancellationToken)
    {
        (int tokens, int overlap) = model.DefaultPassage;
        PassageSplitter cutter = model.CreateSplitter(tokens, overlap);
        using var writer = new IndexWriter(path, new IndexSettings(null, model.Fingerprint, model.Dimensions, tokens, overlap, null, null, Stemming: false));
        foreach ((int Number, string Text)[] some in texts.Index().Chunk(EmbeddedAtOnce))
        {
            (int Number, IndexedPassage Passage)[] passages =
                [.. some.SelectMany(text => cutter.Split(text.Text).Select(passage => (text.Number, new IndexedPassage($"{text.Number}", 1, passage.Start, passage.End, passage.Text))))];
            IReadOnlyList<float[]> vectors = model.Embed([.. passages.Select(passage => passage.Passage.Text)], cancellationToken);
            foreach (var text in passages.Zip(vectors).GroupBy(passage => passage.First.Number))
            {
                writer.Replace(
                    new IndexedFile($"{text.Key}", "", 0, default), [.. text.Select(passage => passage.First.Passage)],
                    [.. text.Select(passage => passage.Second.Select(number => (Half)number).ToArray())]);
            }

            progress(some[^1].Number + 1);
        }
    }

    /// <summary>From 1: the place of the right text among the first that are found; beyond all where it is not among them.</summary>
    private static int Rank(SearchIndex index, RetrievalQuestion question, float[] vector, SearchMode mode)
    {
        var options = new SearchOptions { Mode = mode, Top = 10 * Near };
        List<string> texts = [.. index.Search(question.Question, vector, options).Select(hit => hit.Passage.File).Distinct()];
        int place = texts.IndexOf($"{question.Text}");
        return place < 0 ? int.MaxValue : place + 1;
    }
}
