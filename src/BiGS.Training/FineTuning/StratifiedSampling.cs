using BiGS.Training.Data;

namespace BiGS.Training.FineTuning;

/// <summary>
/// Some of many examples, drawn at random without replacement, each class in its share of the whole: a file that is sorted by its labels gives the
/// same kind of sample as one that is not.
/// </summary>
internal static class StratifiedSampling
{
    /// <summary>
    /// Of class c with n_c of n examples, k n_c / n are drawn, rounded so that the sum is k (largest remainders first), and at least one where k is no
    /// smaller than the number of classes.
    /// </summary>
    /// <param name="classes">The class of each example; all the same where there are none.</param>
    /// <param name="count">k, at most n.</param>
    /// <param name="random">Decides which; the same examples are drawn each time.</param>
    /// <param name="leaveOne">Whether one example of each class is left undrawn, as long as others make up k.</param>
    /// <returns>The numbers of the drawn examples.</returns>
    public static IReadOnlySet<int> Draw(IReadOnlyList<int> classes, int count, CounterRandom random, bool leaveOne = false)
    {
        int[][] groups = [.. Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]).OrderBy(group => group.Key).Select(group => group.ToArray())];
        int[] most = [.. groups.Select(group => leaveOne ? group.Length - 1 : group.Length)];
        if (most.Sum() < count)
        {
            most = [.. groups.Select(group => group.Length)];
        }

        double[] quotas = [.. groups.Select(group => (double)count * group.Length / classes.Count)];
        int least = count >= groups.Length ? 1 : 0;
        int[] taken = [.. quotas.Select((quota, g) => Math.Min(most[g], Math.Max(least, (int)quota)))];
        for (int sum = taken.Sum(); sum != count; sum = taken.Sum())
        {
            int step = Math.Sign(count - sum);
            int next = Enumerable.Range(0, groups.Length)
                .Where(g => step > 0 ? taken[g] < most[g] : taken[g] > least)
                .MaxBy(g => step * (quotas[g] - taken[g]));
            taken[next] += step;
        }

        return groups.SelectMany((group, g) => group.OrderBy(i => random.Bits((ulong)i, 0)).Take(taken[g])).ToHashSet();
    }
}
