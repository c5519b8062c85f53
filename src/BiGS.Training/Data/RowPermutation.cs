namespace BiGS.Training.Data;

/// <summary>
/// A shuffled order of n rows without a list of n numbers: a Feistel network over the next even number of bits permutes
/// [0, 2^k), and walking on until the result falls below n permutes [0, n). Each epoch has its own order.
/// </summary>
internal sealed class RowPermutation
{
    private const int Rounds = 6;

    private readonly ulong _rows;
    private readonly int _halfBits;
    private readonly CounterRandom _random;

    /// <exception cref="ArgumentOutOfRangeException">There are no rows.</exception>
    public RowPermutation(long rows, ulong seed)
        : this(rows, seed, RandomStream.RowOrder)
    {
    }

    internal RowPermutation(long rows, ulong seed, uint stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        _rows = (ulong)rows;
        int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(_rows - 1);
        _halfBits = Math.Max(1, (bits + 1) / 2);
        _random = new CounterRandom(seed, stream);
    }

    /// <summary>Which row comes at a place of an epoch.</summary>
    public long At(long epoch, long place)
    {
        ulong x = (ulong)place;
        do
        {
            x = Permute(x, (uint)epoch);
        }
        while (x >= _rows);
        return (long)x;
    }

    private ulong Permute(ulong x, uint epoch)
    {
        ulong mask = (1UL << _halfBits) - 1;
        (ulong left, ulong right) = (x >> _halfBits, x & mask);
        for (uint round = 0; round < Rounds; round++)
        {
            ulong mixed = _random.Bits((right << 8) | round, epoch) & mask;
            (left, right) = (right, left ^ mixed);
        }

        return (left << _halfBits) | right;
    }
}
