using System.Globalization;
using System.Text;

namespace BiGS.Search;

/// <summary>
/// A question as FTS5 is asked: its words, each in quotation marks, joined by OR. Nothing in a question is an operator; the tokenizer of the index folds
/// case and accents of its words as it did those of the passages.
/// </summary>
internal static class KeywordQuery
{
    /// <summary>Words of a question that are looked for; more make it slower and no clearer.</summary>
    private const int MostWords = 64;

    /// <summary>The query for a question; null where it has no word.</summary>
    /// <param name="question">Any text.</param>
    /// <param name="isFrequent">Whether a word, as it stands in a query, is too frequent to be of use.</param>
    public static string? Of(string question, Func<string, bool> isFrequent)
    {
        string[] words = [.. Words(question).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords).Select(word => $"\"{word}\"")];
        string[] rare = [.. words.Where(word => !isFrequent(word))];
        return words.Length == 0 ? null : string.Join(" OR ", rare.Length > 0 ? rare : words);
    }

    /// <summary>Letters, digits and their marks, as the tokenizer unicode61 divides a text.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse)
            {
                word.Append(rune.ToString());
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
