using System.Buffers;

namespace BiGS.Tokenizers;

/// <summary>Finds special tokens written in a text, before it is normalised: exactly as spelled, the leftmost first, then the
/// longest.</summary>
internal sealed class SpecialTokenFinder
{
    private readonly (string Token, int Id)[] _longestFirst;
    private readonly SearchValues<string> _any;

    public SpecialTokenFinder(IEnumerable<string> tokens, WordPieceVocabulary vocabulary)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Length).Select(token => (token, vocabulary.Id(token)))];
        _any = SearchValues.Create([.. _longestFirst.Select(special => special.Token)], StringComparison.Ordinal);
    }

    public bool TryFind(ReadOnlySpan<char> text, out int start, out (string Token, int Id) special)
    {
        start = text.IndexOfAny(_any);
        special = default;
        if (start < 0)
        {
            return false;
        }
        foreach ((string Token, int Id) candidate in _longestFirst)
        {
            if (text[start..].StartsWith(candidate.Token, StringComparison.Ordinal))
            {
                special = candidate;
                break;
            }
        }
        return true;
    }
}
