namespace BiGS.Search;

/// <summary>
/// Words and vectors in one ranking: each passage's BM25 and cosine, brought to 0 to 1 over the candidates of their ranking, and weighed (a convex combination;
/// Bruch, Gai and Ingber 2023). Unlike ranks, scores say how far the first is ahead of the second; and hardly any two passages are equal.
/// </summary>
internal static class ScoreFusion
{
    /// <summary>Of the vectors; words have the rest. Measured: docs/results/search.md.</summary>
    private const double VectorWeight = 0.5;

    /// <summary>Passages by one ranking or both, the best first; of equal ones the earlier.</summary>
    /// <param name="mode">Of one ranking the scores stay as they are.</param>
    /// <param name="byWords">The first by BM25.</param>
    /// <param name="byVectors">The first by the cosine.</param>
    public static IReadOnlyList<(long Passage, SearchHit Hit)> Fuse(SearchMode? mode, IReadOnlyList<Neighbour> byWords, IReadOnlyList<Neighbour> byVectors)
    {
        Func<float, double> ofWords = mode == SearchMode.Hybrid ? Weighed(byWords, 1 - VectorWeight) : score => score;
        Func<float, double> ofVectors = mode == SearchMode.Hybrid ? Weighed(byVectors, VectorWeight) : score => score;
        var nothing = new IndexedPassage("", 0, 0, 0, "");
        var hits = new Dictionary<long, SearchHit>();
        foreach ((int i, Neighbour found) in byWords.Index())
        {
            hits[found.Row] = new SearchHit(nothing, ofWords(found.Score)) { KeywordRank = i + 1, KeywordScore = found.Score };
        }

        foreach ((int i, Neighbour found) in byVectors.Index())
        {
            SearchHit hit = hits.GetValueOrDefault(found.Row, new SearchHit(nothing, 0));
            hits[found.Row] = hit with { Score = hit.Score + ofVectors(found.Score), VectorRank = i + 1, Cosine = found.Score };
        }

        return [.. hits.OrderByDescending(hit => hit.Value.Score).ThenBy(hit => hit.Key).Select(hit => (hit.Key, hit.Value))];
    }

    /// <summary>From the scores of a ranking to shares of a weight: all of it for the first, none for the last.</summary>
    private static Func<float, double> Weighed(IReadOnlyList<Neighbour> ranking, double weight)
    {
        if (ranking.Count == 0)
        {
            return _ => 0;
        }

        (float most, float least) = (ranking[0].Score, ranking[^1].Score);
        return most > least ? score => weight * (score - least) / (most - least) : _ => weight;
    }
}
