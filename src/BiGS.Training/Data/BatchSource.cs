namespace BiGS.Training.Data;

/// <summary>How long the rows of a batch become.</summary>
internal enum PadTo
{
    /// <summary>The longest row of the batch: right for models to which padding means nothing.</summary>
    Longest,

    /// <summary>The full length: what the authors' encoder, which sees its padding, was trained on.</summary>
    MaxLength,
}

/// <summary>
/// The batches of a run, each a pure function of its number. Rows come in a shuffled order, new in every epoch. Where padding costs time,
/// rows of similar length come together: a stretch of the shuffled order, many batches long, is sorted by length and cut into batches, and
/// these are shuffled again.
/// </summary>
internal sealed class BatchSource
{
    /// <summary>Batches of a stretch: enough for a batch's rows to be nearly of one length, and few enough to stay well mixed.</summary>
    private const int Stretch = 64;

    /// <summary>Lengths of batches are multiples of this: products are prepared for each shape anew, so there had better be few.</summary>
    private const int LengthStep = 8;

    private readonly IMaskedRows _rows;
    private readonly int _batchSize;
    private readonly int _padId;
    private readonly PadTo _padTo;
    private readonly (int Rank, int WorldSize) _part;
    private readonly IRowOrder _order;
    private readonly RowPermutation _batchOrder;
    private SortedStretch? _stretch;

    /// <param name="rows">What is read.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="padId">Fills what the shorter rows leave.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="padTo">How long the rows become.</param>
    /// <param name="order">In which order rows are read; null for all of them in a new order in every epoch.</param>
    /// <param name="part">Which of the rows to read: of W ranks, rank r reads every W-th row of each batch from the r-th. Null for all of them.</param>
    /// <exception cref="ArgumentException">There would be ranks without a row.</exception>
    public BatchSource(
        IMaskedRows rows, int batchSize, int padId, ulong seed, PadTo padTo = PadTo.Longest, IRowOrder? order = null, (int Rank, int WorldSize)? part = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _part = part ?? (0, 1);
        if (_part.WorldSize > batchSize)
        {
            throw new ArgumentException(
                $"{_part.WorldSize} ranks are to share batches of {batchSize} rows, and some would have none; start fewer ranks, or raise PretrainingOptions.BatchSize.");
        }

        _rows = rows;
        _batchSize = batchSize;
        _padId = padId;
        _padTo = padTo;
        _order = order ?? new ShuffledOrder(rows.Count, seed);
        _batchOrder = new RowPermutation(Stretch, seed, RandomStream.BatchOrder);
    }

    public MaskedBatch At(long number) => _padTo == PadTo.MaxLength
        ? MaskedBatch.Create(Read(Places(number * _batchSize, _batchSize)), _padId, _rows.MaxLength)
        : OfSimilarLength(Read(OfOneLength(number)));

    /// <summary>Every row once, in order, always with the same masks: what held-out text is scored on.</summary>
    public static IEnumerable<MaskedBatch> InOrder(IMaskedRows rows, int batchSize, int padId, PadTo padTo = PadTo.Longest)
    {
        for (long start = 0; start < rows.Count; start += batchSize)
        {
            int count = (int)Math.Min(batchSize, rows.Count - start);
            MaskedRow[] taken = [.. Enumerable.Range(0, count).Select(r => rows.At(start + r, epoch: 0))];
            yield return MaskedBatch.Create(taken, padId, padTo == PadTo.MaxLength ? rows.MaxLength : null);
        }
    }

    private MaskedBatch OfSimilarLength(MaskedRow[] rows)
    {
        int longest = rows.Max(row => row.Input.Ids.Length);
        return MaskedBatch.Create(rows, _padId, Math.Min(_rows.MaxLength, (longest + LengthStep - 1) / LengthStep * LengthStep));
    }

    /// <summary>Rows by their place in the endless order.</summary>
    private IEnumerable<(long Row, long Epoch)> Places(long first, int count)
    {
        for (long at = first; at < first + count; at++)
        {
            yield return _order.At(at);
        }
    }

    private ArraySegment<(long Row, long Epoch)> OfOneLength(long number)
    {
        (long index, long within) = Math.DivRem(number, Stretch);
        SortedStretch? stretch = _stretch; // read once: another thread may be asking for another stretch
        if (stretch?.Index != index)
        {
            (long Row, long Epoch)[] places = [.. Places(index * Stretch * _batchSize, Stretch * _batchSize).OrderBy(place => _rows.LengthOf(place.Row))];
            _stretch = stretch = new SortedStretch(index, places);
        }

        return new ArraySegment<(long, long)>(stretch.Places, (int)_batchOrder.At(index, within) * _batchSize, _batchSize);
    }

    /// <summary>Every rank's own; rows of a batch can be sorted by length, so taking every W-th gives all ranks about as much to do.</summary>
    private MaskedRow[] Read(IEnumerable<(long Row, long Epoch)> places) =>
        [.. places.Where((_, i) => i % _part.WorldSize == _part.Rank).Select(place => _rows.At(place.Row, place.Epoch))];

    /// <summary>The rows of one stretch, shortest first; equal ones as they were shuffled.</summary>
    private sealed record SortedStretch(long Index, (long Row, long Epoch)[] Places);
}
