using BiGS.Training.Data;

namespace BiGS.Training.FineTuning;

/// <summary>Which samples share a batch: those of equally many rows (a question's choices) and of similar length, so that little is padded.</summary>
internal static class SampleBatches
{
    /// <summary>Batches within which lengths are alike; beyond them the order is random.</summary>
    private const int Stretch = 32;

    /// <summary>All samples once, longest first: for answering, where the order says nothing and the first batch shows whether memory suffices.</summary>
    /// <param name="samples">What is batched.</param>
    /// <param name="tokens">Positions of a batch, padding counted.</param>
    public static IEnumerable<int[]> ByLength(IReadOnlyList<Sample> samples, int tokens)
    {
        foreach (IGrouping<int, int> alike in Enumerable.Range(0, samples.Count).GroupBy(i => samples[i].Rows.Count))
        {
            int[] order = [.. alike.OrderByDescending(i => samples[i].Length)];
            for (int at = 0; at < order.Length;)
            {
                int count = Math.Max(1, tokens / (samples[order[at]].Length * alike.Key));
                yield return order[at..Math.Min(order.Length, at + count)];
                at += count;
            }
        }
    }

    /// <summary>How many batches <see cref="Shuffled"/> makes, in every epoch.</summary>
    public static long Count(IReadOnlyList<Sample> samples, int batchSize) =>
        samples.CountBy(sample => sample.Rows.Count).Sum(alike => ((long)alike.Value + batchSize - 1) / batchSize);

    /// <summary>All samples once in an order that the seed and the epoch decide; the last batch of equally many rows may be smaller.</summary>
    public static IReadOnlyList<int[]> Shuffled(IReadOnlyList<Sample> samples, int batchSize, ulong seed, int epoch)
    {
        var order = new RowPermutation(samples.Count, seed);
        int[] shuffled = [.. Enumerable.Range(0, samples.Count).Select(place => (int)order.At(epoch, place))];
        int[][] batches =
        [
            .. shuffled.GroupBy(i => samples[i].Rows.Count)
                .SelectMany(alike => alike.Chunk(Stretch * batchSize))
                .SelectMany(stretch => stretch.OrderBy(i => samples[i].Length).Chunk(batchSize)),
        ];
        var places = new RowPermutation(batches.Length, seed ^ (ulong)samples.Count);
        return [.. Enumerable.Range(0, batches.Length).Select(place => batches[places.At(epoch, place)])];
    }
}
