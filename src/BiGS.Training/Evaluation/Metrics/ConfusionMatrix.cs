namespace BiGS.Training.Evaluation;

/// <summary>
/// How often each class was predicted for the examples of each true class: n[t, p]. Accuracy, precision, recall, F1 and Matthews' correlation are
/// functions of these counts alone.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly int[] _counts; // (classes, classes), true class first
    private readonly int[] _true;
    private readonly int[] _predicted;

    private ConfusionMatrix(IReadOnlyList<string> labels, int[] counts)
    {
        Labels = labels;
        _counts = counts;
        (_true, _predicted) = (new int[labels.Count], new int[labels.Count]);
        for (int i = 0; i < counts.Length; i++)
        {
            _true[i / labels.Count] += counts[i];
            _predicted[i % labels.Count] += counts[i];
            Count += counts[i];
            Right += i / labels.Count == i % labels.Count ? counts[i] : 0;
        }
    }

    /// <summary>The classes, in the order of rows and columns.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Examples.</summary>
    public int Count { get; }

    /// <summary>Examples of which the right class was predicted.</summary>
    public int Right { get; }

    /// <summary>The share of right predictions; 0 where there are none.</summary>
    public double Accuracy => Count == 0 ? 0 : (double)Right / Count;

    /// <summary>The mean of the F1 of every class that occurs or is predicted.</summary>
    public double MacroF1
    {
        get
        {
            int[] classes = [.. Enumerable.Range(0, Labels.Count).Where(label => _true[label] + _predicted[label] > 0)];
            return classes.Length == 0 ? 0 : classes.Average(F1);
        }
    }

    /// <summary>
    /// Matthews' correlation in the form for any number of classes (Gorodkin 2004):
    /// (c s − Σ t_k p_k) / √((s² − Σ p_k²)(s² − Σ t_k²)), of s examples c right, t_k truly of class k and p_k predicted so.
    /// 0 where all true classes, or all predictions, are one.
    /// </summary>
    public double Matthews
    {
        get
        {
            double all = Count;
            double scale = ((all * all) - Dot(_predicted, _predicted)) * ((all * all) - Dot(_true, _true));
            return scale <= 0 ? 0 : ((Right * all) - Dot(_true, _predicted)) / Math.Sqrt(scale);
        }
    }

    /// <summary>Every class with its own figures, in the order of <see cref="Labels"/>.</summary>
    public IReadOnlyList<ClassScore> PerClass =>
        [.. Labels.Select((label, i) => new ClassScore(label, Precision(i), Recall(i), F1(i), _true[i]))];

    /// <summary>How many examples of a true class were predicted to be of a class.</summary>
    public int this[int truth, int predicted] => _counts[(truth * Labels.Count) + predicted];

    /// <summary>Counts predictions.</summary>
    /// <param name="truth">True classes by their numbers.</param>
    /// <param name="predictions">Predicted ones, as many.</param>
    /// <param name="labels">The names of the classes.</param>
    /// <param name="chosen">The examples that count, one as often as it is named; null for each once.</param>
    public static ConfusionMatrix Create(
        IReadOnlyList<int> truth, IReadOnlyList<int> predictions, IReadOnlyList<string> labels, IReadOnlyList<int>? chosen = null)
    {
        int[] counts = new int[labels.Count * labels.Count];
        for (int i = 0; i < (chosen?.Count ?? truth.Count); i++)
        {
            int example = chosen?[i] ?? i;
            counts[(truth[example] * labels.Count) + predictions[example]]++;
        }

        return new ConfusionMatrix(labels, counts);
    }

    /// <summary>From counts, a row for each true class.</summary>
    /// <exception cref="ArgumentException">They are not as many rows and columns as there are labels.</exception>
    public static ConfusionMatrix Create(IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<int>> counts) =>
        counts.Count == labels.Count && counts.All(row => row.Count == labels.Count)
            ? new ConfusionMatrix(labels, [.. counts.SelectMany(row => row)])
            : throw new ArgumentException($"{labels.Count} labels need {labels.Count} rows of as many counts; found {counts.Count} rows of {string.Join(", ", counts.Select(row => row.Count).Distinct())}");

    /// <summary>tp / (tp + fp); 0 where the class is never predicted.</summary>
    public double Precision(int label) => _predicted[label] == 0 ? 0 : (double)this[label, label] / _predicted[label];

    /// <summary>tp / (tp + fn); 0 where the class does not occur.</summary>
    public double Recall(int label) => _true[label] == 0 ? 0 : (double)this[label, label] / _true[label];

    /// <summary>2 tp / (2 tp + fp + fn); 0 where the class neither occurs nor is predicted.</summary>
    public double F1(int label) => _true[label] + _predicted[label] == 0 ? 0 : 2.0 * this[label, label] / (_true[label] + _predicted[label]);

    private static double Dot(int[] a, int[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}

/// <summary>How well one class is told from the others.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Precision">The share of right ones among its predictions; 0 where there are none.</param>
/// <param name="Recall">The share of its examples that were found; 0 where there are none.</param>
/// <param name="F1">The harmonic mean of the two.</param>
/// <param name="Support">Examples that are truly of it.</param>
public sealed record ClassScore(string Label, double Precision, double Recall, double F1, int Support);
