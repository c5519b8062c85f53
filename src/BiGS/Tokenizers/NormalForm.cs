using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>
/// Unicode's normal forms NFC and NFKC, stretch by stretch: a character with the marks and Hangul letters behind it, which compose with it and
/// with nothing else, so that every stretch knows its place in the original text. Broken and unassigned characters stay as they are.
/// </summary>
/// <remarks>Source: Unicode Standard Annex #15.</remarks>
internal static class NormalForm
{
    private static readonly ConcurrentDictionary<(int CodePoint, NormalizationForm Form), string> Singles = new();

    /// <summary>The whole text in a normal form.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> text, NormalizationForm form)
    {
        StringBuilder? changed = null;
        int copied = 0;
        int length;
        for (int start = 0; start < text.Length; start += length)
        {
            if (IsStable(text[start], form) && (start + 1 == text.Length || IsStable(text[start + 1], form)))
            {
                length = 1;
                continue;
            }
            if (TryChange(text, start, form, out length, out string composed))
            {
                changed = (changed ?? new StringBuilder(text.Length)).Append(text[copied..start]).Append(composed);
                copied = start + length;
            }
        }
        return changed is null ? text : changed.Append(text[copied..]).ToString();
    }

    /// <summary>Whether the stretch at a place is not in a normal form yet.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where a stretch may begin.</param>
    /// <param name="form">NFC or NFKC.</param>
    /// <param name="length">UTF-16 code units of the stretch; where nothing changes, of its first character.</param>
    /// <param name="changed">What stands there in the normal form; empty where nothing changes.</param>
    public static bool TryChange(ReadOnlySpan<char> text, int start, NormalizationForm form, out int length, out string changed)
    {
        changed = "";
        bool isWhole = Rune.DecodeFromUtf16(text[start..], out Rune first, out length) == System.Buffers.OperationStatus.Done;
        if (!isWhole || Rune.GetUnicodeCategory(first) == UnicodeCategory.OtherNotAssigned)
        {
            return false;
        }
        int end = start + length;
        while (end < text.Length && !IsStable(text[end], form) && Rune.DecodeFromUtf16(text[end..], out Rune next, out int more) == System.Buffers.OperationStatus.Done
            && Composes(next))
        {
            end += more;
        }
        ReadOnlySpan<char> stretch = text[start..end];
        string formed = end > start + length ? stretch.ToString().Normalize(form)
            : IsStable(text[start], form) ? ""
            : Singles.GetOrAdd((first.Value, form), key => new Rune(key.CodePoint).ToString().Normalize(key.Form));
        if (formed.Length == 0 || stretch.SequenceEqual(formed))
        {
            return false;
        }
        length = end - start;
        changed = formed;
        return true;
    }

    // Letters that are in both forms by themselves and never compose with what stands before them: most of what is read.
    private static bool IsStable(char unit, NormalizationForm form) => unit < (form == NormalizationForm.FormC ? 0x0300 : 0x00A0)
        || unit is (>= '\u0400' and <= '\u0482') or (>= '\u048A' and <= '\u052F') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7A3');

    // Marks, the vowels and final consonants of Hangul, and the letters that NFKC makes into marks and consonants.
    private static bool Composes(Rune rune) =>
        rune.Value is (>= 0x1160 and <= 0x11FF) or (>= 0x3131 and <= 0x318E) or 0xFF9E or 0xFF9F or (>= 0xFFA0 and <= 0xFFDC)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
