using System.Globalization;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>
/// BERT's normaliser: every character of a text is dropped, turned into a space, or rewritten, by itself and whatever stands beside it.
/// </summary>
/// <remarks>
/// Per character, in this order (Devlin et al. 2019, <c>BasicTokenizer</c>): control, format, private and broken characters go;
/// any white space becomes one space; the canonical decomposition loses its non-spacing marks (<see cref="StripAccents"/>);
/// what is left becomes lower-case (<see cref="LowerCase"/>); a Chinese character is set between spaces
/// (<see cref="TokenizeChineseChars"/>).
/// </remarks>
public sealed record BertNormalizer
{
    /// <summary>Lower-case by Unicode's own mapping, without context: İ → i + U+0307, Σ → σ also at the end of a word.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Decompose and drop accents (Hangul then falls apart into letters); <see langword="null"/> follows
    /// <see cref="LowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Make every CJK ideograph a word of its own.</summary>
    public bool TokenizeChineseChars { get; init; } = true;

    /// <summary>Whether this runtime can decompose characters; without ICU <c>Normalize</c> silently returns its input.</summary>
    public static bool CanDecompose { get; } = "é".Normalize(NormalizationForm.FormD).Length == 2;

    private bool DropsAccents => StripAccents ?? LowerCase;

    /// <summary>The normalised text, each of its characters with the place in <paramref name="text"/> that it came from.</summary>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped and the runtime has no ICU.</exception>
    public NormalizedText Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfUnable(CanDecompose);
        var normalized = new StringBuilder(text.Length);
        var offsets = new List<(int Start, int End)>(text.Length);
        int length;
        for (int start = 0; start < text.Length; start += length)
        {
            // A lone surrogate decodes as U+FFFD, which is dropped.
            Rune.DecodeFromUtf16(text.AsSpan(start), out Rune rune, out length);
            string mapped = Map(rune);
            normalized.Append(mapped);
            offsets.AddRange(Enumerable.Repeat((start, start + length), mapped.Length));
        }
        return new NormalizedText(normalized.ToString(), [.. offsets]);
    }

    /// <summary>What one character becomes: nothing, a space, itself rewritten, or a Chinese character between spaces.</summary>
    internal string Map(Rune rune)
    {
        if (IsDropped(rune))
        {
            return "";
        }
        if (Rune.IsWhiteSpace(rune))
        {
            return " ";
        }
        string mapped = rune.ToString();
        if (DropsAccents && Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned)
        {
            mapped = WithoutAccents(mapped);
        }
        if (LowerCase)
        {
            mapped = Lower(mapped);
        }
        return TokenizeChineseChars && IsChinese(rune.Value) ? $" {mapped} " : mapped;
    }

    internal void ThrowIfUnable(bool canDecompose)
    {
        if (DropsAccents && !canDecompose)
        {
            throw new PlatformNotSupportedException(
                "accents are to be stripped, but this .NET runs without ICU and cannot decompose characters: "
                + "install libicu, or unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
        }
    }

    // Tab, line feed and carriage return are the control characters that count as white space.
    private static bool IsDropped(Rune rune) => rune.Value is not ('\t' or '\n' or '\r')
        && (rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.PrivateUse);

    // One character's decomposition at a time: the order of neighbouring marks, which a whole text's would settle, goes with the marks.
    // Normalize throws on U+FFFE and its like; what Unicode has not assigned has no decomposition, and stays.
    private static string WithoutAccents(string character)
    {
        string decomposed = character.Normalize(NormalizationForm.FormD);
        return string.Concat(decomposed.EnumerateRunes().Where(rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark));
    }

    // İ is the one character whose lower case is two; .NET's invariant mapping leaves it alone.
    private static string Lower(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 'İ' ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString()));

    // The CJK Unified and Compatibility Ideographs; kana and Hangul are written with spaces or as words and stay out.
    private static bool IsChinese(int codePoint) => codePoint
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2CEAF) or (>= 0x2F800 and <= 0x2FA1F);
}
