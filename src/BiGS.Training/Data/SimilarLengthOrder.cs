namespace BiGS.Training.Data;

/// <summary>
/// Rows of similar length together, so that little of a batch is padding: a stretch of the shuffled order, many batches long, is sorted by length and cut
/// into batches, and these are shuffled again. Each batch is a function of its number.
/// </summary>
/// <param name="order">In which order rows are read.</param>
/// <param name="batchSize">Rows of a batch.</param>
/// <param name="seed">Decides the order of the batches of a stretch.</param>
/// <param name="lengthOf">Tokens of a row.</param>
internal sealed class SimilarLengthOrder(IRowOrder order, int batchSize, ulong seed, Func<long, int> lengthOf)
{
    /// <summary>Batches of a stretch: enough for a batch's rows to be nearly of one length, and few enough to stay well mixed.</summary>
    private const int Stretch = 64;

    /// <summary>Lengths of batches are multiples of this: products are prepared for each shape anew, so there had better be few.</summary>
    private const int LengthStep = 8;

    private readonly RowPermutation _batchOrder = new(Stretch, seed, RandomStream.BatchOrder);
    private SortedStretch? _stretch;

    /// <summary>The length that a batch is padded to.</summary>
    /// <param name="longest">Tokens of its longest row.</param>
    /// <param name="limit">What the model reads at most.</param>
    public static int PaddedLength(int longest, int limit) => Math.Min(limit, (longest + LengthStep - 1) / LengthStep * LengthStep);

    /// <summary>The rows of a batch.</summary>
    public ArraySegment<(long Row, long Epoch)> BatchAt(long number)
    {
        (long index, long within) = Math.DivRem(number, Stretch);
        SortedStretch? stretch = _stretch; // read once: another thread may be asking for another stretch
        if (stretch?.Index != index)
        {
            (long Row, long Epoch)[] places = [.. order.Places(index * Stretch * batchSize, Stretch * batchSize).OrderBy(place => lengthOf(place.Row))];
            _stretch = stretch = new SortedStretch(index, places);
        }

        return new ArraySegment<(long, long)>(stretch.Places, (int)_batchOrder.At(index, within) * batchSize, batchSize);
    }

    /// <summary>The rows of one stretch, shortest first; equal ones as they were shuffled.</summary>
    private sealed record SortedStretch(long Index, (long Row, long Epoch)[] Places);
}
