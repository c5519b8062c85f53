using BiGS.Training.Data;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Distillation;

/// <summary>
/// The texts that an embedding model is asked about, cut out of documents: titles, single sentences, and passages of several sentences. A document
/// without sentences to choose from (a question, a caption) is a text as it stands.
/// </summary>
/// <param name="seed">Decides where passages begin and end.</param>
internal sealed class TextPieces(ulong seed)
{
    private const int LongestTitle = 12;

    /// <summary>Words of a passage: some 256 word pieces at most.</summary>
    private const int LongestPassage = 170;

    /// <summary>How often so many sentences come together: six texts in ten are one sentence.</summary>
    private static readonly (double UpTo, int Fewest, int Most)[] Lengths = [(0.60, 1, 1), (0.75, 2, 2), (0.90, 3, 5), (1, 6, 12)];

    private readonly CounterRandom _random = new(seed, RandomStream.TextPieces);

    /// <param name="document">Lines of text, the first of which may be a title.</param>
    /// <param name="number">The document's, from 0: another number cuts elsewhere.</param>
    public IEnumerable<string> Of(string document, long number)
    {
        string[] lines = [.. document.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (lines is [var only] && SentenceSplitter.Split(only).Take(2).Count() < 2)
        {
            yield return only;
            yield break;
        }

        if (lines.Length > 1 && IsTitle(lines[0]))
        {
            yield return lines[0];
        }

        string[] sentences = [.. SentenceSplitter.Split(document)];
        for (int at = 0, piece = 0; at < sentences.Length; piece++)
        {
            int words = 0;
            int taken = sentences.Skip(at).Take(LengthOf(number, piece)).TakeWhile(sentence => (words += WordsIn(sentence)) <= LongestPassage).Count();
            if (taken > 0)
            {
                yield return string.Join(' ', sentences[at..(at + taken)]);
            }

            at += Math.Max(1, taken); // a sentence longer than any passage is no prose
        }
    }

    private int LengthOf(long document, int piece)
    {
        double drawn = _random.Unit((ulong)document, (uint)(2 * piece));
        (_, int fewest, int most) = Lengths.First(length => drawn < length.UpTo);
        return fewest + _random.Below(most - fewest + 1, (ulong)document, (uint)((2 * piece) + 1));
    }

    private static bool IsTitle(string line) => WordsIn(line) <= LongestTitle && !line.EndsWith('.');

    private static int WordsIn(string text) => 1 + text.Count(char.IsWhiteSpace);
}
