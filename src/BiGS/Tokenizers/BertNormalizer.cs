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
/// (<see cref="TokenizeChineseChars"/>). A normal form of Unicode may come before all of it (<see cref="Form"/>).
/// </remarks>
public sealed record BertNormalizer
{
    /// <summary>Lower-case by Unicode's own mapping, without context: İ → i + U+0307, Σ → σ also at the end of a word.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Decompose and drop accents (Hangul then falls apart into letters, unless <see cref="LatinAccentsOnly"/>);
    /// <see langword="null"/> follows <see cref="LowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether accents are stripped from Latin and Greek letters alone: in other scripts a mark is part of its letter (й, が, क़),
    /// and a Hangul syllable is no accented letter. BERT's own vocabularies strip all scripts alike.</summary>
    public bool LatinAccentsOnly { get; init; }

    /// <summary>The normal form that a text is brought to first, <see cref="NormalizationForm.FormC"/> or
    /// <see cref="NormalizationForm.FormKC"/>; <see langword="null"/> for none, as in BERT's own vocabularies.</summary>
    public NormalizationForm? Form { get; init; }

    /// <summary>Make every CJK ideograph a word of its own.</summary>
    public bool TokenizeChineseChars { get; init; } = true;

    /// <summary>Whether this runtime can decompose characters; without ICU <c>Normalize</c> silently returns its input.</summary>
    internal static bool CanDecompose { get; } = "é".Normalize(NormalizationForm.FormD).Length == 2;

    internal bool DropsAccents => StripAccents ?? LowerCase;

    /// <summary>The normalised text, each of its characters with the place in <paramref name="text"/> that it came from.</summary>
    /// <exception cref="PlatformNotSupportedException">Accents are to be stripped, or a normal form is wanted, and the runtime has no
    /// ICU.</exception>
    public NormalizedText Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfUnable(CanDecompose);
        var normalized = new StringBuilder(text.Length);
        var offsets = new List<(int Start, int End)>(text.Length);
        int length;
        for (int start = 0; start < text.Length; start += length)
        {
            if (Form is { } form && NormalForm.TryChange(text, start, form, out length, out string changed))
            {
                foreach (Rune rune in changed.EnumerateRunes())
                {
                    Append(rune, start);
                }
                continue;
            }
            // A lone surrogate decodes as U+FFFD, which is dropped.
            Rune.DecodeFromUtf16(text.AsSpan(start), out Rune same, out length);
            Append(same, start);
        }
        return new NormalizedText(normalized.ToString(), [.. offsets]);

        void Append(Rune rune, int start)
        {
            string mapped = Map(rune);
            normalized.Append(mapped);
            offsets.AddRange(Enumerable.Repeat((start, start + length), mapped.Length));
        }
    }

    /// <summary>A text in the normal form that comes first; the text itself where there is none.</summary>
    internal ReadOnlySpan<char> Formed(ReadOnlySpan<char> text) => Form is { } form ? NormalForm.Of(text, form) : text;

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
            mapped = LatinAccentsOnly ? WithoutLatinAccents(rune, mapped) : WithoutAccents(mapped);
        }
        if (LowerCase)
        {
            mapped = Lower(mapped);
        }
        return TokenizeChineseChars && IsChinese(rune.Value) ? $" {mapped} " : mapped;
    }

    internal void ThrowIfUnable(bool canDecompose)
    {
        if ((DropsAccents || Form is not null) && !canDecompose)
        {
            throw new PlatformNotSupportedException(
                $"{(DropsAccents ? "accents are to be stripped" : "text is to be brought to a normal form")}, but this .NET runs without ICU and cannot decompose characters: "
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

    // A mark that any script may use goes; one that a script has for itself stays, and so does a letter that is written with one.
    private static string WithoutLatinAccents(Rune rune, string character)
    {
        if (rune.Value is (>= 0x0300 and <= 0x036F) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF)
            or (>= 0xFE20 and <= 0xFE2F) && Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark)
        {
            return "";
        }
        Rune letter = Rune.GetRuneAt(character.Normalize(NormalizationForm.FormD), 0);
        return letter.Value is < 0x0300 or (>= 0x0370 and < 0x0400) || !Rune.IsLetter(letter) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark
            ? WithoutAccents(character) : character;
    }

    // İ is the one character whose lower case is two; .NET's invariant mapping leaves it alone.
    private static string Lower(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 'İ' ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString()));

    // The CJK Unified and Compatibility Ideographs; kana and Hangul are written with spaces or as words and stay out.
    private static bool IsChinese(int codePoint) => codePoint
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2CEAF) or (>= 0x2F800 and <= 0x2FA1F);
}
