namespace BiGS.Search;

/// <summary>Where the words of a question stand in a text, and the part of the text that shows most of them.</summary>
internal static class Highlights
{
    /// <summary>What FTS5 puts around a word. Characters of this kind belong to no word.</summary>
    public const char Open = '\u0002';
    public const char Close = '\u0003';

    private const int LongestSnippet = 240;

    /// <summary>The ranges of a text that FTS5 has marked.</summary>
    /// <param name="text">As it stands in the index.</param>
    /// <param name="marked">The same with marks; a mark is told from the same character of the text by what follows in the text.</param>
    public static IReadOnlyList<Range> Find(string text, string marked)
    {
        var ranges = new List<Range>();
        (int at, int start) = (0, -1);
        foreach (char letter in marked)
        {
            if (letter == Open && start < 0 && (at == text.Length || text[at] != Open))
            {
                start = at;
            }
            else if (letter == Close && start >= 0 && (at == text.Length || text[at] != Close))
            {
                ranges.Add(start..at);
                start = -1;
            }
            else
            {
                at = Math.Min(at + 1, text.Length);
            }
        }

        return ranges;
    }

    /// <summary>At most 240 characters, from a word's beginning to a word's end, with as many different highlighted words as there can be.</summary>
    public static Range Snippet(string text, IReadOnlyList<Range> highlights)
    {
        if (text.Length <= LongestSnippet)
        {
            return ..text.Length;
        }

        (int best, int most) = (0, 0);
        for (int first = 0; first < highlights.Count; first++)
        {
            int start = highlights[first].Start.Value;
            int words = highlights.Skip(first).TakeWhile(word => word.End.Value <= start + LongestSnippet).DistinctBy(word => text[word].ToUpperInvariant()).Count();
            (best, most) = words > most ? (first, words) : (best, most);
        }

        return most == 0 ? Whole(text, 0) : Around(text, highlights, best);
    }

    /// <summary>With what is left of the room before the first highlighted word and after the last.</summary>
    private static Range Around(string text, IReadOnlyList<Range> highlights, int best)
    {
        int start = highlights[best].Start.Value;
        int end = highlights.Skip(best).TakeWhile(word => word.End.Value <= start + LongestSnippet).Select(word => word.End.Value).DefaultIfEmpty(start).Last();
        int from = Math.Max(0, Math.Min(start - ((LongestSnippet - (end - start)) / 2), text.Length - LongestSnippet));
        int blank = from == 0 ? -1 : text.AsSpan(from, start - from).IndexOfAny(" \n\t");
        return Whole(text, from == 0 ? 0 : blank >= 0 ? from + blank + 1 : start);
    }

    /// <summary>From a place, as many whole words as there is room for.</summary>
    private static Range Whole(string text, int from)
    {
        int end = Math.Min(from + LongestSnippet, text.Length);
        int blank = end == text.Length ? -1 : text.AsSpan(from, end - from).LastIndexOfAny(" \n\t");
        end = blank > 0 ? from + blank : end;
        return from..(end < text.Length && char.IsLowSurrogate(text[end]) ? end - 1 : end);
    }
}
