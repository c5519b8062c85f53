namespace BiGS.Search;

/// <summary>What ranks passages.</summary>
public enum SearchMode
{
    /// <summary>Words and vectors together.</summary>
    Hybrid,

    /// <summary>The words that question and passage share, rare ones counting more: BM25.</summary>
    Keyword,

    /// <summary>The cosine between the vectors of question and passage.</summary>
    Vector,
}

/// <summary>How a question is answered.</summary>
public sealed record SearchOptions
{
    /// <summary>What ranks passages; null for both rankings where the index was opened with a model, and words alone where it was not.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>How many passages are wanted.</summary>
    public int Top { get; init; } = 10;

    /// <summary>How many of the first of each ranking are fused.</summary>
    public int Candidates { get; init; } = 100;
}

/// <summary>A passage that was found.</summary>
/// <param name="Passage">Where and what it is.</param>
/// <param name="Score">
/// The larger, the better, among the passages of one question. Hybrid: 0.5 BM25 + 0.5 cosine, each from 0 for the last candidate of its ranking to 1 for the first;
/// keyword: BM25; vector: the cosine, 1 at most.
/// </param>
public sealed record SearchHit(IndexedPassage Passage, double Score)
{
    /// <summary>Its place by words, from 1; null where it is not among the candidates, or words were not asked.</summary>
    public int? KeywordRank { get; init; }

    /// <summary>BM25 with k₁ = 1.2 and b = 0.75; null as <see cref="KeywordRank"/> is.</summary>
    public double? KeywordScore { get; init; }

    /// <summary>Its place by vectors, from 1; null where it is not among the candidates, or vectors were not asked.</summary>
    public int? VectorRank { get; init; }

    /// <summary>Between question and passage; null as <see cref="VectorRank"/> is.</summary>
    public double? Cosine { get; init; }

    /// <summary>The question's words in the text of the passage, in their order.</summary>
    public IReadOnlyList<Range> Highlights { get; init; } = [];

    /// <summary>The part of the passage's text that has most of them; its beginning where it has none.</summary>
    public Range Snippet { get; init; } = ..;
}
