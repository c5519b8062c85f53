using BiGS.Search;
using BiGS.Tokenizers;

namespace BiGS.Training.Evaluation;

/// <summary>A question, and the text that answers it.</summary>
/// <param name="Question">One sentence.</param>
/// <param name="Text">The number of its text among all.</param>
internal readonly record struct RetrievalQuestion(string Question, int Text);

/// <summary>
/// How often a question finds its text among all texts. A text is as near as the nearest of its passages, and a text that is just as near as the right
/// one counts as nearer: a tie is wrong. Beside it stand the same figures of BM25, which knows words and nothing else.
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
    /// <returns><c>recall_1</c>, <c>recall_10</c>, <c>bm25_recall_1</c>, <c>bm25_recall_10</c>, with intervals over questions.</returns>
    public static Score Score(
        SearchModel model, IReadOnlyList<string> texts, IReadOnlyList<RetrievalQuestion> questions, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(questions.Count);
        PassageSplitter cutter = model.CreateSplitter(model.DefaultPassage.Tokens, model.DefaultPassage.Overlap);
        (int Text, string Passage)[] passages =
            [.. texts.SelectMany((text, i) => cutter.Split(text).Select(passage => (i, passage.Text)))];
        string[] all = [.. passages.Select(passage => passage.Passage), .. questions.Select(question => question.Question)];
        var vectors = new List<float[]>();
        foreach (string[] some in all.Chunk(EmbeddedAtOnce))
        {
            vectors.AddRange(model.Embed(some, cancellationToken));
            progress?.Report((double)vectors.Count / all.Length);
        }

        var words = new Bm25(texts, model.Normalizer);
        int[] ranks = new int[questions.Count];
        int[] ranksByWords = new int[questions.Count];
        for (int q = 0; q < questions.Count; q++)
        {
            double[] scores = new double[texts.Count];
            Array.Fill(scores, double.NegativeInfinity);
            for (int p = 0; p < passages.Length; p++)
            {
                ref double score = ref scores[passages[p].Text];
                score = Math.Max(score, NearestNeighbours.Dot(vectors[passages.Length + q], vectors[p]));
            }

            ranks[q] = Rank(scores, questions[q].Text);
            ranksByWords[q] = Rank(words.Scores(questions[q].Question), questions[q].Text);
        }

        var figures = new Dictionary<string, (int[] Ranks, int Within)>
        {
            ["recall_1"] = (ranks, 1),
            [$"recall_{Near}"] = (ranks, Near),
            ["bm25_recall_1"] = (ranksByWords, 1),
            [$"bm25_recall_{Near}"] = (ranksByWords, Near),
        };
        int Found(string name) => figures[name].Ranks.Count(rank => rank <= figures[name].Within);
        return new Score(
            "retrieval", figures.Keys.ToDictionary(name => name, name => (double)Found(name) / questions.Count), questions.Count,
            figures.Keys.ToDictionary(name => name, name => Interval.ForProportion(Found(name), questions.Count)));
    }

    /// <summary>From 1: how many texts are as near as the right one, itself included.</summary>
    private static int Rank(double[] scores, int right) => scores.Count(score => score >= scores[right]);
}
