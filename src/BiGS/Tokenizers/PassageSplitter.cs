namespace BiGS.Tokenizers;

/// <summary>A stretch of a text that is embedded by itself.</summary>
/// <param name="Start">Where it begins in the text, in UTF-16 code units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Text">What stands there.</param>
public sealed record Passage(int Start, int End, string Text);

/// <summary>
/// Cuts a text into passages of at most so many tokens, each sharing some with the one before. A passage ends where a paragraph does, else a sentence,
/// a line, a word: the best place in the second half of its window, the latest of equals. The next begins at the best place within the overlap.
/// A word is cut only where it alone fills half a window; its parts may then be some more tokens.
/// </summary>
public sealed class PassageSplitter
{
    private const string EndsOfSentences = ".!?…";
    private const string EndsWithoutBlank = "。！？";
    private const string Closing = "\"'”’»)]";

    private readonly BertTokenizer _tokenizer;
    private readonly int _window;
    private readonly int _overlap;

    /// <param name="tokenizer">Of the model that embeds.</param>
    /// <param name="tokens">The most tokens of a passage, [CLS] and [SEP] included.</param>
    /// <param name="overlap">The most tokens that two neighbours share: less than half of a passage.</param>
    /// <exception cref="ArgumentException">No room for a word, or too large an overlap.</exception>
    public PassageSplitter(BertTokenizer tokenizer, int tokens, int overlap)
    {
        if (tokens < 8)
        {
            throw new ArgumentException($"passages of {tokens} tokens are asked for; a passage needs at least 8, [CLS] and [SEP] included.");
        }

        if (overlap < 0 || overlap > (tokens - 2) / 2)
        {
            throw new ArgumentException($"an overlap of {overlap} tokens is asked for; passages of {tokens} tokens can share 0 to {(tokens - 2) / 2}.");
        }

        (_tokenizer, _window, _overlap) = (tokenizer, tokens - 2, overlap);
    }

    /// <summary>What parts a token from the one before it; the larger, the better a place to cut.</summary>
    private enum Break
    {
        Piece,
        Joint,
        Word,
        Line,
        Sentence,
        Paragraph,
    }

    /// <summary>All of a text, in its order; none where it has no token.</summary>
    public IReadOnlyList<Passage> Split(string text)
    {
        TokenizedText encoding = _tokenizer.Encode(text, addSpecialTokens: false);
        int count = encoding.Ids.Count;
        Break[] breaks = [.. Enumerable.Range(0, count).Select(i => i == 0 ? Break.Paragraph : Before(encoding, i, text))];
        var passages = new List<Passage>();
        for (int start = 0; start < count;)
        {
            int end = count - start <= _window ? count : Best(breaks, start + (_window / 2) + 1, start + _window, latest: true);
            (int from, int to) = (encoding.Offsets[start].Start, encoding.Offsets[end - 1].End);
            passages.Add(new Passage(from, to, text[from..to]));
            start = end == count ? count : Best(breaks, end - _overlap, end, latest: false);
        }

        return passages;
    }

    /// <summary>The token within [first, last] before which it is best to cut.</summary>
    private static int Best(Break[] breaks, int first, int last, bool latest)
    {
        IEnumerable<int> places = Enumerable.Range(first, last - first + 1);
        return (latest ? places.Reverse() : places).MaxBy(place => breaks[place]);
    }

    private static Break Before(TokenizedText encoding, int token, string text)
    {
        (int end, int start) = (encoding.Offsets[token - 1].End, encoding.Offsets[token].Start);
        ReadOnlySpan<char> gap = start > end ? text.AsSpan(end, start - end) : [];
        int lines = gap.Count('\n');
        ReadOnlySpan<char> before = text.AsSpan(0, end).TrimEnd(Closing);
        char last = before.IsEmpty ? ' ' : before[^1];
        return encoding.Tokens[token].StartsWith(WordPieceVocabulary.ContinuationPrefix, StringComparison.Ordinal) ? Break.Piece
            : lines > 1 ? Break.Paragraph
            : EndsWithoutBlank.Contains(last) || (!gap.IsEmpty && EndsOfSentences.Contains(last) && !char.IsLower(text[start])) ? Break.Sentence
            : lines == 1 ? Break.Line
            : gap.IsEmpty ? Break.Joint
            : Break.Word;
    }
}
