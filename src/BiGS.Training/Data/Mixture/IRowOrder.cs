namespace BiGS.Training.Data;

/// <summary>The endless order in which a run reads its rows. Each place of it is a function of its number, so a run goes on anywhere.</summary>
internal interface IRowOrder
{
    /// <param name="place">0, 1, 2, … over the whole run.</param>
    /// <returns>The row, and how often it was read before.</returns>
    (long Row, long Epoch) At(long place);

    /// <summary>The rows of consecutive places.</summary>
    IEnumerable<(long Row, long Epoch)> Places(long first, int count)
    {
        for (long at = first; at < first + count; at++)
        {
            yield return At(at);
        }
    }
}

/// <summary>All rows in a new shuffled order, again and again.</summary>
internal sealed class ShuffledOrder(long rows, ulong seed) : IRowOrder
{
    private readonly RowPermutation _order = new(rows, seed);

    public (long Row, long Epoch) At(long place)
    {
        (long epoch, long within) = Math.DivRem(place, rows);
        return (_order.At(epoch, within), epoch);
    }
}
