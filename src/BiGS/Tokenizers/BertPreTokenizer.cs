using System.Globalization;
using System.Text;

namespace BiGS.Tokenizers;

/// <summary>Cuts normalised text into words: at white space, and every punctuation mark a word of its own.</summary>
internal static class BertPreTokenizer
{
    public static IEnumerable<Range> Words(string text)
    {
        int start = 0;
        int length;
        for (int here = 0; here < text.Length; here += length)
        {
            Rune rune = Rune.GetRuneAt(text, here);
            length = rune.Utf16SequenceLength;
            bool punctuation = IsPunctuation(rune);
            if (!punctuation && !Rune.IsWhiteSpace(rune))
            {
                continue;
            }
            if (start < here)
            {
                yield return start..here;
            }
            start = here + length;
            if (punctuation)
            {
                yield return here..start;
            }
        }
        if (start < text.Length)
        {
            yield return start..text.Length;
        }
    }

    /// <summary>Unicode's punctuation and all of ASCII's signs, so that $ + &lt; = &gt; ^ ` | ~ count too.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;
}
