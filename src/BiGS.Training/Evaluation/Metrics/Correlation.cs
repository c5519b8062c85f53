namespace BiGS.Training.Evaluation;

/// <summary>How well guessed values follow the true ones.</summary>
internal static class Correlation
{
    /// <summary>Pearson's r: the cosine of the two, each less its mean. 0 where one of them never varies (it says nothing about the other).</summary>
    public static double Pearson(IReadOnlyList<double> truth, IReadOnlyList<double> guesses)
    {
        if (truth.Count == 0)
        {
            return 0;
        }

        (double meanTruth, double meanGuess) = (truth.Average(), guesses.Average());
        (double product, double squaresTruth, double squaresGuess) = (0, 0, 0);
        for (int i = 0; i < truth.Count; i++)
        {
            (double t, double g) = (truth[i] - meanTruth, guesses[i] - meanGuess);
            product += t * g;
            squaresTruth += t * t;
            squaresGuess += g * g;
        }

        return squaresTruth == 0 || squaresGuess == 0 ? 0 : product / Math.Sqrt(squaresTruth * squaresGuess);
    }

    /// <summary>Spearman's ρ: Pearson's r of the ranks; equal values share the mean of the ranks that they take up.</summary>
    public static double Spearman(IReadOnlyList<double> truth, IReadOnlyList<double> guesses) => Pearson(Ranks(truth), Ranks(guesses));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count)];
        Array.Sort(values.ToArray(), order);
        double[] ranks = new double[values.Count];
        for (int from = 0, to; from < order.Length; from = to)
        {
            for (to = from + 1; to < order.Length && values[order[to]] == values[order[from]]; to++)
            {
            }

            Array.ForEach(order[from..to], i => ranks[i] = (from + to - 1) / 2.0);
        }

        return ranks;
    }
}
