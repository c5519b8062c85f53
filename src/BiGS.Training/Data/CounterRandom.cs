namespace BiGS.Training.Data;

/// <summary>
/// Random numbers as a pure function of a seed, a stream, and two counters: Philox4x32-10 (Salmon et al. 2011).
/// There is no state, so a choice never depends on who asked before, in which order, or on how many threads.
/// </summary>
/// <param name="seed">The key.</param>
/// <param name="stream">What the numbers are for; streams are independent of each other.</param>
internal readonly struct CounterRandom(ulong seed, uint stream)
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong index, uint draw)
    {
        (uint a, uint b, _, _) = Philox(((uint)index, (uint)(index >> 32), draw, stream), ((uint)seed, (uint)(seed >> 32)));
        return ((ulong)b << 32) | a;
    }

    /// <summary>A whole number in [0, bound), all as likely to within 2⁻³².</summary>
    public int Below(int bound, ulong index, uint draw) => (int)Math.BigMul(Bits(index, draw), (ulong)bound, out _);

    /// <summary>A number in [0, 1).</summary>
    public double Unit(ulong index, uint draw) => (Bits(index, draw) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The ten rounds.</summary>
    internal static (uint, uint, uint, uint) Philox((uint, uint, uint, uint) counter, (uint, uint) key)
    {
        (uint c0, uint c1, uint c2, uint c3) = counter;
        (uint k0, uint k1) = key;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0;
            ulong p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}
