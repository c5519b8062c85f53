using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Cuts a word into the longest pieces the vocabulary knows, from left to right; a word that cannot be cut is [UNK] as a
/// whole.</summary>
internal sealed class WordPiece
{
    /// <summary>Longer words, in code points, are [UNK].</summary>
    public const int LongestWord = 100;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _following;
    private readonly int _longestPiece;
    private readonly int _unknown;

    public WordPiece(WordPieceVocabulary vocabulary)
    {
        var first = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        var following = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string token = vocabulary.Tokens[id];
            first.Add(token, id);
            if (token.StartsWith(WordPieceVocabulary.ContinuationPrefix, StringComparison.Ordinal))
            {
                following.Add(token[WordPieceVocabulary.ContinuationPrefix.Length..], id);
            }
        }
        _first = first.GetAlternateLookup<ReadOnlySpan<char>>();
        _following = following.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestPiece = vocabulary.Tokens.Max(token => token.Length);
        _unknown = vocabulary.UnknownId;
    }

    /// <summary>The pieces of a normalised word, each with its [Start, End) UTF-16 code units in the word.</summary>
    public List<(int Id, int Start, int End)> Pieces(ReadOnlySpan<char> word)
    {
        if (IsTooLong(word))
        {
            return [(_unknown, 0, word.Length)];
        }
        var pieces = new List<(int Id, int Start, int End)>();
        int start = 0;
        while (start < word.Length && TryLongest(word, start, out int id, out int end))
        {
            pieces.Add((id, start, end));
            start = end;
        }
        return start == word.Length ? pieces : [(_unknown, 0, word.Length)];
    }

    private bool TryLongest(ReadOnlySpan<char> word, int start, out int id, out int end)
    {
        var lookup = start == 0 ? _first : _following;
        for (end = Math.Min(word.Length, start + _longestPiece); end > start; end--)
        {
            if (lookup.TryGetValue(word[start..end], out id))
            {
                return true;
            }
        }
        id = _unknown;
        return false;
    }

    private static bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= LongestWord)
        {
            return false;
        }
        int codePoints = 0;
        foreach (Rune _ in word.EnumerateRunes())
        {
            codePoints++;
        }
        return codePoints > LongestWord;
    }
}
