namespace BiGS.Evaluation;

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
    public static Interval Of(int count, Func<IReadOnlyList<int>, double> figure)
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
}
