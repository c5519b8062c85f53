using BiGS.Pipelines;

namespace BiGS.Training.Evaluation;

/// <summary>The figures of many sentences' scores.</summary>
internal static class SentenceScoreSummary
{
    /// <summary>
    /// What many sentences come to: the mean score of a sentence, and the pseudo-perplexity e^{−Σ PLL / Σ pieces} of a word piece (Salazar et al. 2020).
    /// </summary>
    /// <exception cref="ArgumentException">There is no word piece.</exception>
    public static Score Create(string task, IReadOnlyList<SentenceScore> scores)
    {
        if (scores.Sum(score => (long)score.Pieces) == 0)
        {
            throw new ArgumentException("There is nothing to score: no sentence holds a word piece; give text.");
        }

        // A sample of sentences may hold no piece where few of them do; it says nothing, and counts as certain.
        return Score.Bootstrap(task, scores.Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
        {
            ["score"] = chosen => chosen.Average(i => scores[i].LogLikelihood),
            ["pseudo_perplexity"] = chosen => Math.Exp(-chosen.Sum(i => scores[i].LogLikelihood) / Math.Max(1, chosen.Sum(i => (long)scores[i].Pieces))),
        });
    }
}
