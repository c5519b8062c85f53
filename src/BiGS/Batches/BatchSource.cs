namespace BiGS.Batches;

/// <summary>How long the rows of a batch become.</summary>
public enum PadTo
{
    /// <summary>The longest row of the batch: right for models to which padding means nothing.</summary>
    Longest,

    /// <summary>The full length: what the authors' encoder, which sees its padding, was trained on.</summary>
    MaxLength,
}

/// <summary>
/// The batches of a run, each a pure function of its number. Rows come in a new shuffled order in every epoch; a batch that an epoch
/// cannot fill takes its rest from the next.
/// </summary>
public sealed class BatchSource
{
    private readonly IMaskedRows _rows;
    private readonly int _batchSize;
    private readonly int _padId;
    private readonly PadTo _padTo;
    private readonly RowOrder _order;

    public BatchSource(IMaskedRows rows, int batchSize, int padId, ulong seed, PadTo padTo = PadTo.Longest)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _rows = rows;
        _batchSize = batchSize;
        _padId = padId;
        _padTo = padTo;
        _order = new RowOrder(rows.Count, seed);
    }

    public Batch At(long number)
    {
        var rows = new MaskedRow[_batchSize];
        for (int r = 0; r < rows.Length; r++)
        {
            (long epoch, long place) = Math.DivRem((number * _batchSize) + r, _rows.Count);
            rows[r] = _rows.At(_order.At(epoch, place), epoch);
        }

        return Batch.Of(rows, _padId, _padTo == PadTo.MaxLength ? _rows.MaxLength : null);
    }

    /// <summary>Every row once, in order, always with the same masks: what held-out text is scored on.</summary>
    public static IEnumerable<Batch> InOrder(IMaskedRows rows, int batchSize, int padId, PadTo padTo = PadTo.Longest)
    {
        for (long start = 0; start < rows.Count; start += batchSize)
        {
            int count = (int)Math.Min(batchSize, rows.Count - start);
            MaskedRow[] taken = [.. Enumerable.Range(0, count).Select(r => rows.At(start + r, epoch: 0))];
            yield return Batch.Of(taken, padId, padTo == PadTo.MaxLength ? rows.MaxLength : null);
        }
    }
}
