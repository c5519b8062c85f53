namespace BiGS.Evaluation;

/// <summary>How well guessed classes agree with the true ones. Each is a function of the confusion counts alone.</summary>
public static class ClassMetrics
{
    /// <summary>Share of right guesses; 0 where there are none.</summary>
    public static double Accuracy(IReadOnlyList<int> truth, IReadOnlyList<int> guesses) =>
        truth.Count == 0 ? 0 : (double)Enumerable.Range(0, truth.Count).Count(i => truth[i] == guesses[i]) / truth.Count;

    /// <summary>2 tp / (2 tp + fp + fn) of one class; 0 where it is neither there nor guessed.</summary>
    /// <param name="truth">True classes.</param>
    /// <param name="guesses">Guessed ones, as many.</param>
    /// <param name="positive">The class that counts: 1 in GLUE.</param>
    public static double F1(IReadOnlyList<int> truth, IReadOnlyList<int> guesses, int positive = 1)
    {
        int both = 0;
        int either = 0;
        for (int i = 0; i < truth.Count; i++)
        {
            both += truth[i] == positive && guesses[i] == positive ? 2 : 0;
            either += (truth[i] == positive ? 1 : 0) + (guesses[i] == positive ? 1 : 0);
        }

        return either == 0 ? 0 : (double)both / either;
    }

    /// <summary>The mean of the F1 of every class that is there or is guessed.</summary>
    public static double MacroF1(IReadOnlyList<int> truth, IReadOnlyList<int> guesses)
    {
        int[] classes = [.. truth.Concat(guesses).Distinct()];
        return classes.Length == 0 ? 0 : classes.Average(positive => F1(truth, guesses, positive));
    }

    /// <summary>
    /// Matthews' correlation in the form for any number of classes (Gorodkin 2004):
    /// (c s − Σ t_k g_k) / √((s² − Σ g_k²)(s² − Σ t_k²)), of s examples c right, t_k truly and g_k guessed of class k.
    /// 0 where all truths, or all guesses, are of one class.
    /// </summary>
    public static double Matthews(IReadOnlyList<int> truth, IReadOnlyList<int> guesses)
    {
        var counts = new Dictionary<int, (double Truth, double Guessed)>();
        double right = 0;
        for (int i = 0; i < truth.Count; i++)
        {
            (double t, double g) = counts.GetValueOrDefault(truth[i]);
            counts[truth[i]] = (t + 1, g);
            (t, g) = counts.GetValueOrDefault(guesses[i]);
            counts[guesses[i]] = (t, g + 1);
            right += truth[i] == guesses[i] ? 1 : 0;
        }

        double all = truth.Count;
        double scale = ((all * all) - counts.Values.Sum(k => k.Guessed * k.Guessed)) * ((all * all) - counts.Values.Sum(k => k.Truth * k.Truth));
        return scale <= 0 ? 0 : ((right * all) - counts.Values.Sum(k => k.Truth * k.Guessed)) / Math.Sqrt(scale);
    }
}
