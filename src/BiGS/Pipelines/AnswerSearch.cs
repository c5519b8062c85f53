namespace BiGS.Pipelines;

/// <summary>A stretch of a text.</summary>
/// <param name="First">Its first token in the text.</param>
/// <param name="Last">Its last, inclusive.</param>
/// <param name="Score">Logit of its start plus logit of its end.</param>
internal readonly record struct AnswerSpan(int First, int Last, double Score);

/// <summary>
/// What a model says to the windows of one text: a score for each stretch of at most 30 tokens, of overlapping windows the best, and one for "no answer
/// here". That score stands at position 0, [CLS]; of several windows the least sure counts, since an answer in one of them is an answer.
/// </summary>
internal sealed class AnswerSearch
{
    private const int LongestAnswer = 30;

    private readonly double[] _scores; // stretch by stretch: first token, then length - 1

    /// <param name="tokens">Tokens of the text.</param>
    public AnswerSearch(int tokens)
    {
        _scores = new double[tokens * LongestAnswer];
        Array.Fill(_scores, double.NegativeInfinity);
    }

    /// <summary>How much speaks for no answer: start plus end logit.</summary>
    public double NoAnswer { get; private set; } = double.PositiveInfinity;

    /// <summary>Listens to what was said to a window.</summary>
    /// <param name="window">A part of this text.</param>
    /// <param name="starts">Logits of the row's positions, padding allowed.</param>
    /// <param name="ends">The same of ends.</param>
    public void Add(AnswerWindow window, ReadOnlySpan<float> starts, ReadOnlySpan<float> ends)
    {
        NoAnswer = Math.Min(NoAnswer, (double)starts[0] + ends[0]);
        for (int start = 0; start < window.Count; start++)
        {
            int place = (window.First + start) * LongestAnswer;
            for (int more = 0; more < LongestAnswer && start + more < window.Count; more++)
            {
                double score = (double)starts[window.Second + start] + ends[window.Second + start + more];
                _scores[place + more] = Math.Max(_scores[place + more], score);
            }
        }
    }

    /// <summary>The best stretch; null where the text has no token.</summary>
    public AnswerSpan? Best()
    {
        int best = -1;
        for (int i = 0; i < _scores.Length; i++)
        {
            best = _scores[i] > (best < 0 ? double.NegativeInfinity : _scores[best]) ? i : best;
        }

        return best < 0 ? null : Stretch(best);
    }

    /// <summary>All stretches, the best first; of equal ones the first in the text, and of those the shortest.</summary>
    public IEnumerable<AnswerSpan> BestFirst()
    {
        var queue = new PriorityQueue<int, (double, int)>(
            Enumerable.Range(0, _scores.Length).Where(i => _scores[i] > double.NegativeInfinity).Select(i => (i, (-_scores[i], i))));
        while (queue.TryDequeue(out int i, out _))
        {
            yield return Stretch(i);
        }
    }

    /// <summary>log Σ e^score over all stretches: what makes scores shares.</summary>
    public double LogSumExp()
    {
        double most = _scores.Length == 0 ? double.NegativeInfinity : _scores.Max();
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(_scores.Sum(score => Math.Exp(score - most)));
    }

    private AnswerSpan Stretch(int place)
    {
        (int first, int more) = Math.DivRem(place, LongestAnswer);
        return new AnswerSpan(first, first + more, _scores[place]);
    }
}
