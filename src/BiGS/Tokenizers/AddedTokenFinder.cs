using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>A token that was found in a text.</summary>
/// <param name="Token">As it is added to the vocabulary.</param>
/// <param name="Id">Its number.</param>
/// <param name="Start">Where it begins in the text, white space that belongs to it included.</param>
/// <param name="End">Where it ends, exclusive.</param>
internal readonly record struct FoundToken(AddedToken Token, int Id, int Start, int End);

/// <summary>Finds added tokens written in a text, exactly as spelled: the leftmost first, then the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly (AddedToken Token, string Spelling, int Id)[] _longestFirst;
    private readonly SearchValues<string> _any;

    /// <param name="tokens">Each with its spelling in the texts that are searched.</param>
    /// <param name="vocabulary">Has all of them.</param>
    public AddedTokenFinder(IEnumerable<(AddedToken Token, string Spelling)> tokens, WordPieceVocabulary vocabulary)
    {
        _longestFirst = [.. tokens.OrderByDescending(token => token.Spelling.Length)
            .Select(token => (token.Token, token.Spelling, vocabulary.Id(token.Token.Content)))];
        _any = SearchValues.Create([.. _longestFirst.Select(token => token.Spelling)], StringComparison.Ordinal);
    }

    /// <summary>The first token at or behind a place.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, [NotNullWhen(true)] out FoundToken? found)
    {
        int searched = from;
        for (int at; (at = text[searched..].IndexOfAny(_any)) >= 0;)
        {
            int start = searched + at;
            (AddedToken token, string spelling, int id) = Longest(text[start..]);
            int end = start + spelling.Length;
            if (!token.SingleWord || !(EndsInWord(text[..start]) || BeginsWithWord(text[end..])))
            {
                found = new FoundToken(
                    token, id,
                    token.LeftStrip ? Math.Max(from, text[..start].TrimEnd().Length) : start,
                    token.RightStrip ? text.Length - text[end..].TrimStart().Length : end);
                return true;
            }
            searched = end;
        }
        found = null;
        return false;
    }

    private (AddedToken Token, string Spelling, int Id) Longest(ReadOnlySpan<char> text)
    {
        foreach ((AddedToken Token, string Spelling, int Id) candidate in _longestFirst)
        {
            if (text.StartsWith(candidate.Spelling, StringComparison.Ordinal))
            {
                return candidate;
            }
        }
        throw new InvalidOperationException("a token was found that is none of the tokens");
    }

    private static bool EndsInWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out Rune last, out _) == OperationStatus.Done && IsOfWord(last);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out Rune first, out _) == OperationStatus.Done && IsOfWord(first);

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
}
