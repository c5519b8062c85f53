namespace BiGS.Training.Evaluation;

/// <summary>Where 95 % of a figure's values lie when the examples that it was measured on are drawn anew.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const int Draws = 1_000;
    private const double Tail = 0.025;

    /// <summary>
    /// The percentile bootstrap (Efron 1979): the figure on 1,000 samples of as many examples, drawn with replacement, between its 2.5th and 97.5th
    /// percentile. The same examples give the same interval.
    /// </summary>
    /// <param name="count">How many examples there are.</param>
    /// <param name="figure">The figure of the examples with these numbers.</param>
    public static Interval Bootstrap(int count, Func<IReadOnlyList<int>, double> figure)
    {
        var random = new Random(count);
        int[] drawn = new int[count];
        double[] figures = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            for (int i = 0; i < count; i++)
            {
                drawn[i] = random.Next(count);
            }

            figures[draw] = figure(drawn);
        }

        Array.Sort(figures);
        return new Interval(figures[(int)(Tail * Draws)], figures[(int)((1 - Tail) * Draws)]);
    }

    /// <summary>
    /// The same of a share, without drawing: of n examples drawn anew, Binomial(n, right/n) are right, and its 2.5th and 97.5th percentile are
    /// known. All right (or none) gives an interval of one point, since no sample of such examples looks otherwise.
    /// </summary>
    /// <param name="right">Examples that count.</param>
    /// <param name="count">All of them, at least 1.</param>
    public static Interval ForProportion(int right, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (right == 0 || right == count)
        {
            return new Interval((double)right / count, (double)right / count);
        }

        // Weights relative to the mode's, which is right itself: the smallest of many examples' probabilities underflow, and do not count.
        double odds = (double)right / (count - right);
        double[] weights = new double[count + 1];
        weights[right] = 1;
        for (int k = right; k < count && weights[k] > 0; k++)
        {
            weights[k + 1] = weights[k] * (count - k) / (k + 1) * odds;
        }

        for (int k = right; k > 0 && weights[k] > 0; k--)
        {
            weights[k - 1] = weights[k] * k / (count - k + 1) / odds;
        }

        double all = weights.Sum();
        return new Interval(Share(Tail), Share(1 - Tail));

        double Share(double percentile)
        {
            int k = 0;
            for (double below = weights[0]; below < percentile * all && k < count; below += weights[++k])
            {
            }

            return (double)k / count;
        }
    }
}
