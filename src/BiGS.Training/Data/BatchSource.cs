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
/// rows of similar length come together (<see cref="SimilarLengthOrder"/>).
/// </summary>
internal sealed class BatchSource
{
    private readonly IMaskedRows _rows;
    private readonly int _batchSize;
    private readonly int _padId;
    private readonly PadTo _padTo;
    private readonly (int Rank, int WorldSize) _part;
    private readonly IRowOrder _order;
    private readonly SimilarLengthOrder _similar;
    private readonly long? _batches;

    /// <param name="rows">What is read.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="padId">Fills what the shorter rows leave.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="padTo">How long the rows become.</param>
    /// <param name="order">In which order rows are read; null for all of them in a new order in every epoch.</param>
    /// <param name="part">Which of the rows to read: of W ranks, rank r reads every W-th row of each batch from the r-th. Null for all of them.</param>
    /// <param name="batches">Of the whole run, where rows are masked otherwise at its end than at its beginning; null where all of it is the beginning.</param>
    /// <exception cref="ArgumentException">There would be ranks without a row.</exception>
    public BatchSource(
        IMaskedRows rows, int batchSize, int padId, ulong seed, PadTo padTo = PadTo.Longest, IRowOrder? order = null, (int Rank, int WorldSize)? part = null,
        long? batches = null)
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
        _batches = batches;
        _order = order ?? new ShuffledOrder(rows.Count, seed);
        _similar = new SimilarLengthOrder(_order, batchSize, seed, rows.LengthOf);
    }

    public MaskedBatch At(long number) => _padTo == PadTo.MaxLength
        ? MaskedBatch.Create(Read(number, _order.Places(number * _batchSize, _batchSize)), _padId, _rows.MaxLength)
        : OfSimilarLength(Read(number, _similar.BatchAt(number)));

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
        return MaskedBatch.Create(rows, _padId, SimilarLengthOrder.PaddedLength(longest, _rows.MaxLength));
    }

    /// <summary>Every rank's own; rows of a batch can be sorted by length, so taking every W-th gives all ranks about as much to do.</summary>
    private MaskedRow[] Read(long number, IEnumerable<(long Row, long Epoch)> places)
    {
        double done = _batches is { } all ? Math.Min(1, number / (double)all) : 0;
        return [.. places.Where((_, i) => i % _part.WorldSize == _part.Rank).Select(place => _rows.At(place.Row, place.Epoch, done))];
    }
}
