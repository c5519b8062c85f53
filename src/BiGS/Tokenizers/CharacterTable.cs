using System.Collections.Concurrent;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>What <see cref="BertNormalizer"/> and <see cref="BertPreTokenizer"/> make of each code point, looked up instead of worked
/// out.</summary>
/// <remarks>Both judge a character by itself alone, so that a table of the code points, filled page by page as they turn up, holds all
/// they know.</remarks>
internal sealed class CharacterTable
{
    public const int PageSize = 256;

    private readonly BertNormalizer _normalizer;
    private readonly Entry[]?[] _pages = new Entry[]?[0x110000 / PageSize];
    private readonly ConcurrentDictionary<int, string> _letters = new();

    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public CharacterTable(BertNormalizer normalizer)
    {
        normalizer.ThrowIfUnable(BertNormalizer.CanDecompose);
        _normalizer = normalizer;
    }

    public enum Kind : byte
    {
        /// <summary>Becomes nothing.</summary>
        Dropped,

        /// <summary>Parts words.</summary>
        Space,

        /// <summary>Continues a word as one code point.</summary>
        Letter,

        /// <summary>Continues a word as several code points, which <see cref="Letters"/> has.</summary>
        Letters,

        /// <summary>Is a word by itself: punctuation, or a Chinese character.</summary>
        Alone,
    }

    /// <summary>The kind of a code point and the code point it becomes, where that is one.</summary>
    public readonly record struct Entry(Kind Kind, int CodePoint);

    public Entry this[int codePoint] => Page(codePoint / PageSize)[codePoint % PageSize];

    // Threads that race fill equal pages, and either will do.
    public Entry[] Page(int page) => _pages[page] ??= [.. Enumerable.Range(page * PageSize, PageSize).Select(Describe)];

    public string Letters(int codePoint) => _letters[codePoint];

    /// <inheritdoc cref="BertNormalizer.Formed"/>
    public ReadOnlySpan<char> Formed(ReadOnlySpan<char> text) => _normalizer.Formed(text);

    private Entry Describe(int codePoint)
    {
        // Surrogates have no rune: readers decode pairs, and lone ones to U+FFFD, before they look here.
        string mapped = Rune.TryCreate(codePoint, out Rune rune) ? _normalizer.Map(rune) : "";
        string word = mapped.Trim(' ');
        if (word.Length == 0)
        {
            return new Entry(mapped.Length == 0 ? Kind.Dropped : Kind.Space, codePoint);
        }
        Rune first = Rune.GetRuneAt(word, 0);
        if (first.Utf16SequenceLength < word.Length)
        {
            _letters[codePoint] = word;
            return new Entry(Kind.Letters, codePoint);
        }
        bool alone = word.Length < mapped.Length || BertPreTokenizer.IsPunctuation(first);
        return new Entry(alone ? Kind.Alone : Kind.Letter, first.Value);
    }
}
