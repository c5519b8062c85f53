namespace BiGS.Training.Evaluation;

/// <summary>Right and wrong answers to questions that belong to groups: shares of right ones, overall and in each group.</summary>
internal sealed class AccuracyCounter
{
    private const string Overall = "accuracy";

    private readonly Dictionary<(int Kind, string Name), (int Right, int Count)> _groups = [];
    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);
    private int _right;
    private int _count;

    /// <summary>Counts an answer.</summary>
    /// <param name="right">Whether it is right.</param>
    /// <param name="groups">One group of each kind (field, phenomenon), in the same order every time.</param>
    public void Add(bool right, IReadOnlyList<string> groups)
    {
        (_right, _count) = (_right + (right ? 1 : 0), _count + 1);
        Count(groups, right ? 1 : 0, 1);
    }

    /// <summary>Counts a question that is left out; a group of which nothing is left still shows, with a count of 0.</summary>
    /// <param name="reason">In a word or two, with underscores.</param>
    /// <param name="groups">As for <see cref="Add"/>.</param>
    public void Skip(string reason, IReadOnlyList<string> groups)
    {
        _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
        Count(groups, 0, 0);
    }

    /// <summary>
    /// <c>accuracy</c> overall, and <c>accuracy_GROUP</c>, kind by kind, each with its count and interval. Groups of a kind come by name, numbers at
    /// their ends by value.
    /// </summary>
    /// <exception cref="ArgumentException">There is no answer: says what was left out.</exception>
    public Score ToScore(string task)
    {
        if (_count == 0)
        {
            string left = string.Join(", ", _skipped.Select(reason => $"{reason.Value} as {reason.Key.Replace('_', ' ')}"));
            throw new ArgumentException(
                $"There is nothing to score: {(left.Length > 0 ? $"all questions were left out ({left}); give a model whose vocabulary and length fit them" : "no question was given")}.");
        }

        (string Name, int Right, int Count)[] figures =
        [
            (Overall, _right, _count),
            .. _groups.OrderBy(group => group.Key.Kind)
                .ThenBy(group => group.Key.Name.TrimEnd([.. "0123456789"]), StringComparer.Ordinal)
                .ThenBy(group => group.Key.Name.Length)
                .ThenBy(group => group.Key.Name, StringComparer.Ordinal)
                .Select(group => ($"{Overall}_{group.Key.Name}", group.Value.Right, group.Value.Count)),
        ];
        (string Name, int Right, int Count)[] answered = [.. figures.Where(figure => figure.Count > 0)];
        return new Score(
            task, answered.ToDictionary(figure => figure.Name, figure => (double)figure.Right / figure.Count), _count,
            answered.ToDictionary(figure => figure.Name, figure => Interval.ForProportion(figure.Right, figure.Count)))
        {
            Counts = figures.ToDictionary(figure => figure.Name, figure => figure.Count),
            Skipped = _skipped,
        };
    }

    private void Count(IReadOnlyList<string> groups, int right, int count)
    {
        for (int kind = 0; kind < groups.Count; kind++)
        {
            (int Kind, string Name) group = (kind, Named(groups[kind]));
            (int rightBefore, int before) = _groups.GetValueOrDefault(group);
            _groups[group] = (rightBefore + right, before + count);
        }
    }

    /// <summary>In lower case, with underscores for all that is neither letter nor digit: files spell one name in several ways.</summary>
    private static string Named(string group) => string.Concat(group.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
