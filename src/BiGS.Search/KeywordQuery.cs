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

    /// <summary>The query for a question: its rare words, or the frequent ones if it has no other; null where no passage has any of its words.</summary>
    /// <param name="question">Any text.</param>
    /// <param name="frequency">Of a word, as it stands in a query.</param>
    public static string? Of(string question, Func<string, WordFrequency> frequency)
    {
        ILookup<WordFrequency, string> words = Words(question).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords).Select(word => $"\"{word}\"").ToLookup(frequency);
        IEnumerable<string> asked = words.Contains(WordFrequency.Rare) ? words[WordFrequency.Rare] : words[WordFrequency.Frequent];
        return asked.Any() ? string.Join(" OR ", asked) : null;
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
