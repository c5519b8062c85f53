using System.Text.RegularExpressions;

namespace BiGS.Training.FineTuning;

/// <summary>
/// The sentences of plain text, by what ends one: a full stop, a question mark or an exclamation mark, then space, then a capital, a number or a quote. An
/// abbreviation before a name parts a sentence in two; for learning what sentences are alike that does no harm.
/// </summary>
internal static partial class SentenceSplitter
{
    private const int FewestWords = 4;

    /// <summary>Those of at least four words: shorter ones are headings and fragments.</summary>
    public static IEnumerable<string> Split(string text) =>
        text.Split('\n').SelectMany(line => Ends().Split(line)).Select(sentence => sentence.Trim())
            .Where(sentence => sentence.Count(char.IsWhiteSpace) >= FewestWords - 1);

    [GeneratedRegex(@"(?<=[.!?][""'”’)\]]*)\s+(?=[""'“‘(\[]*[\p{Lu}\p{N}])")]
    private static partial Regex Ends();
}
