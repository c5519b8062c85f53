using System.Text.Json.Serialization;

namespace BiGS.Training.Evaluation;

/// <summary>What an evaluation says: figures, how many examples they stand on, and how far they could be off.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Metrics">Figures by name; shares are between 0 and 1.</param>
/// <param name="Count">Examples.</param>
/// <param name="Intervals">95 % intervals, of the figures that have one.</param>
public sealed record Score(
    string Task, IReadOnlyDictionary<string, double> Metrics, int Count, IReadOnlyDictionary<string, Interval> Intervals)
{
    private static readonly IReadOnlyDictionary<string, int> None = new Dictionary<string, int>();

    /// <summary>How many examples a figure stands on, where that is not all of them.</summary>
    public IReadOnlyDictionary<string, int> Counts { get; init; } = None;

    /// <summary>Examples that were left out and stand in no figure, by reason.</summary>
    public IReadOnlyDictionary<string, int> Skipped { get; init; } = None;

    /// <summary>What was predicted for the examples of each class; null where there are no classes. Stored results keep the figures alone.</summary>
    [JsonIgnore]
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>What tells how the figures were counted, by name: the <c>scheme</c> of tags.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>Of tagged sentences: the entities of each type, or the words of each tag where the tags mark no entities.</summary>
    public IReadOnlyDictionary<string, EntityMatches> PerType { get; init; } = new Dictionary<string, EntityMatches>();

    /// <summary>Each figure of the examples with given numbers; none where a figure is no such function.</summary>
    internal IReadOnlyDictionary<string, Func<IReadOnlyList<int>, double>> Figures { get; init; } =
        new Dictionary<string, Func<IReadOnlyList<int>, double>>();

    /// <summary>Figures that are functions of the examples' numbers, and so can be computed again for samples of them.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="count">Examples.</param>
    /// <param name="figures">The figure of the examples with these numbers, by name.</param>
    public static Score Bootstrap(string task, int count, IReadOnlyDictionary<string, Func<IReadOnlyList<int>, double>> figures)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        return new Score(
            task, figures.ToDictionary(figure => figure.Key, figure => figure.Value(all)), count,
            figures.ToDictionary(figure => figure.Key, figure => Interval.Bootstrap(count, figure.Value)))
        { Figures = figures };
    }

    /// <summary>
    /// By how much a figure is above that of another score of the same examples: the 95 % interval of the difference, by the paired bootstrap (both
    /// figures on the same drawn examples; Efron and Tibshirani 1993, §16; Koehn 2004). The one is better by more than chance where it lies above 0.
    /// </summary>
    /// <param name="other">Of the same examples.</param>
    /// <param name="metric">The figure's name.</param>
    /// <exception cref="ArgumentException">One of the two has no such figure, or they are of different numbers of examples.</exception>
    public Interval DifferenceTo(Score other, string metric) =>
        Figures.TryGetValue(metric, out Func<IReadOnlyList<int>, double>? own) && other.Figures.TryGetValue(metric, out Func<IReadOnlyList<int>, double>? others) && Count == other.Count
            ? Interval.Bootstrap(Count, chosen => own(chosen) - others(chosen))
            : throw new ArgumentException($"the scores have no figure \"{metric}\" of the same examples to compare", nameof(metric));
}
