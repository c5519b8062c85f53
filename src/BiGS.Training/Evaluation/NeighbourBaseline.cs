using BiGS.Training.Data;

namespace BiGS.Training.Evaluation;

/// <summary>What counting alone reaches, as shares of masked tokens guessed right: the bar that a model has to clear.</summary>
/// <param name="Unigram">Always the most frequent token.</param>
/// <param name="Bigram">The most frequent token after the left neighbour or before the right one, whichever is surer.</param>
/// <param name="Count">Masked tokens asked for.</param>
public sealed record NeighbourBaselineScore(double Unigram, double Bigram, long Count);

/// <summary>
/// A guesser that has counted pairs of neighbours. It sees the true neighbours even where these are masked too, which the model does not:
/// the bar is set a little high rather than low.
/// </summary>
internal sealed class NeighbourBaseline
{
    private readonly Dictionary<int, long> _counts = [];
    private readonly Dictionary<int, Dictionary<int, int>> _after = [];
    private readonly Dictionary<int, Dictionary<int, int>> _before = [];

    /// <param name="texts">What to count: token ids.</param>
    /// <param name="maxTokens">Where to stop counting.</param>
    public NeighbourBaseline(IEnumerable<int[]> texts, long maxTokens = 5_000_000)
    {
        long counted = 0;
        foreach (int[] ids in texts.TakeWhile(_ => counted < maxTokens))
        {
            counted += ids.Length;
            for (int i = 0; i < ids.Length; i++)
            {
                _counts[ids[i]] = _counts.GetValueOrDefault(ids[i]) + 1;
                if (i > 0)
                {
                    Count(_after, ids[i - 1], ids[i]);
                    Count(_before, ids[i], ids[i - 1]);
                }
            }
        }
    }

    public NeighbourBaselineScore Score(IMaskedRows rows)
    {
        int commonest = _counts.MaxBy(pair => pair.Value).Key;
        var best = new Guesses(Surest(_after), Surest(_before), commonest);
        (long unigram, long bigram, long count) = (0, 0, 0);
        for (long r = 0; r < rows.Count; r++)
        {
            MaskedRow row = rows.At(r, epoch: 0);
            int[] text = row.Text();
            foreach (int position in row.Positions)
            {
                count++;
                unigram += text[position] == commonest ? 1 : 0;
                bigram += text[position] == best.At(text, position) ? 1 : 0;
            }
        }

        return new NeighbourBaselineScore((double)unigram / count, (double)bigram / count, count);
    }

    private static void Count(Dictionary<int, Dictionary<int, int>> pairs, int given, int token)
    {
        if (!pairs.TryGetValue(given, out Dictionary<int, int>? counts))
        {
            pairs[given] = counts = [];
        }

        counts[token] = counts.GetValueOrDefault(token) + 1;
    }

    /// <summary>For each neighbour, its most frequent companion and that one's share; the lower id on a tie.</summary>
    private static Dictionary<int, (int Token, double Share)> Surest(Dictionary<int, Dictionary<int, int>> pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair =>
        {
            var most = pair.Value.OrderByDescending(c => c.Value).ThenBy(c => c.Key).First();
            return (most.Key, (double)most.Value / pair.Value.Values.Sum());
        });

    private sealed record Guesses(
        Dictionary<int, (int Token, double Share)> After, Dictionary<int, (int Token, double Share)> Before, int Commonest)
    {
        public int At(int[] text, int position)
        {
            // A packed row may begin or end in the middle of a sentence: a word there has one neighbour.
            (int Token, double Share) none = (Commonest, 0);
            (int Token, double Share) after = position > 0 ? After.GetValueOrDefault(text[position - 1], none) : none;
            (int Token, double Share) before = position + 1 < text.Length ? Before.GetValueOrDefault(text[position + 1], none) : none;
            return before.Share > after.Share ? before.Token : after.Token;
        }
    }
}
