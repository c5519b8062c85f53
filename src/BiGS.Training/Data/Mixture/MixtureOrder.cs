namespace BiGS.Training.Data;

/// <summary>
/// Rows of several sources in given shares. Each source is read in its own shuffled epochs, so a small one comes round sooner; which
/// source a place belongs to is drawn at random.
/// </summary>
/// <remarks>
/// The places are cut into blocks of 65,536. Of a block's places each source gets its share exactly, what rounding leaves being carried from
/// block to block; which places these are is a shuffle of the block. So how many places before a block were a source's is a formula, and
/// the source's row at any place is found without reading those before it, as counting independent draws would need.
/// </remarks>
internal sealed class MixtureOrder : IRowOrder
{
    private const int Block = 1 << 16;

    /// <summary>Two places of a block: with less, what rounding carries on could take a place that a source does not have.</summary>
    private const double SmallestShare = 2.0 / Block;

    private readonly RowPermutation _places;
    private readonly ShuffledOrder[] _sources;
    private readonly long[] _firstRows;

    /// <summary>Shares of all sources up to each, in 2⁻⁶⁴; the last is the whole and not among them.</summary>
    private readonly ulong[] _sharesUpTo;

    /// <param name="rows">Of each source: its rows follow those of the sources before it.</param>
    /// <param name="weights">One a source, positive; only their proportions matter.</param>
    /// <param name="seed">Of the run.</param>
    /// <exception cref="ArgumentException">A weight is missing, not positive, or too small a part of the sum.</exception>
    public MixtureOrder(IReadOnlyList<long> rows, IReadOnlyList<double> weights, ulong seed)
    {
        double sum = CheckedSum(rows.Count, weights);
        _places = new RowPermutation(Block, seed, RandomStream.Mixture);
        _sources = [.. rows.Select((count, source) => new ShuffledOrder(count, new CounterRandom(seed, RandomStream.Mixture).Bits((ulong)source, uint.MaxValue)))];
        _firstRows = new long[rows.Count];
        _sharesUpTo = new ulong[rows.Count - 1];
        double shares = 0;
        for (int source = 0; source < rows.Count - 1; source++)
        {
            shares += weights[source] / sum;
            _firstRows[source + 1] = _firstRows[source] + rows[source];
            _sharesUpTo[source] = (ulong)Math.ScaleB(Math.Min(shares, Math.BitDecrement(1)), 64);
        }
    }

    /// <exception cref="ArgumentException">The weights do not do for so many sources.</exception>
    public static void Check(int sources, IReadOnlyList<double> weights) => CheckedSum(sources, weights);

    public (long Row, long Epoch) At(long place)
    {
        (long block, long within) = Math.DivRem(place, Block);
        long shuffled = _places.At(block, within);
        long lower = 0;
        for (int source = 0; ; source++)
        {
            // Of this block, the sources up to this one have the first so many shuffled places.
            long upper = UpTo(source, block + 1) - UpTo(source, block);
            if (shuffled < upper)
            {
                long readBefore = UpTo(source, block) - UpTo(source - 1, block);
                (long row, long epoch) = _sources[source].At(readBefore + shuffled - lower);
                return (_firstRows[source] + row, epoch);
            }

            lower = upper;
        }
    }

    /// <summary>How many places before a block belong to the sources up to one.</summary>
    private long UpTo(int source, long block) =>
        source < 0 ? 0
        : source == _sharesUpTo.Length ? block * Block
        : (long)Math.BigMul((ulong)block * Block, _sharesUpTo[source], out _);

    /// <returns>The sum of the weights.</returns>
    private static double CheckedSum(int sources, IReadOnlyList<double> weights)
    {
        if (weights.Count != sources)
        {
            throw new ArgumentException($"there are {weights.Count} weights for {sources} sources; give each one a weight, in their order.");
        }

        double sum = weights.Sum();
        for (int source = 0; source < sources; source++)
        {
            double weight = weights[source];
            if (!(weight > 0 && double.IsFinite(sum)))
            {
                throw new ArgumentException($"weight {source + 1} is {weight}; weights are positive numbers: leave a source out in place of giving it none.");
            }

            if (weight / sum < SmallestShare)
            {
                throw new ArgumentException(
                    $"weight {source + 1} is {weight} of a sum of {sum}, less than one row in {1 / SmallestShare:N0}; leave the source out, or give it more.");
            }
        }

        return sum;
    }
}
