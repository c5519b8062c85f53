using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class CounterRandomTests
{
    /// <summary>The known answers that the generator's authors publish (Random123, kat_vectors: philox4x32 10).</summary>
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        {
            [uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue], [uint.MaxValue, uint.MaxValue],
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        },
        {
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void TenRoundsGiveTheKnownAnswers(uint[] counter, uint[] key, uint[] expected)
    {
        (uint a, uint b, uint c, uint d) = CounterRandom.Philox((counter[0], counter[1], counter[2], counter[3]), (key[0], key[1]));
        Assert.Equal(expected, new uint[] { a, b, c, d });
    }

    [Fact]
    public void SeedStreamIndexAndDrawAllCount() =>
        Gen.Select(Gen.ULong, Gen.UInt, Gen.ULong, Gen.UInt).Sample((seed, stream, index, draw) =>
        {
            ulong bits = new CounterRandom(seed, stream).Bits(index, draw);
            Assert.Equal(bits, new CounterRandom(seed, stream).Bits(index, draw));
            ulong[] neighbours =
            [
                new CounterRandom(seed ^ 1, stream).Bits(index, draw), new CounterRandom(seed ^ (1UL << 40), stream).Bits(index, draw),
                new CounterRandom(seed, stream ^ 1).Bits(index, draw), new CounterRandom(seed, stream).Bits(index ^ 1, draw),
                new CounterRandom(seed, stream).Bits(index ^ (1UL << 40), draw), new CounterRandom(seed, stream).Bits(index, draw ^ 1),
            ];
            Assert.DoesNotContain(bits, neighbours);
        });

    [Fact]
    public void BelowStaysBelowAndUnitInTheUnitInterval() =>
        Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue], Gen.ULong, Gen.UInt).Sample((seed, bound, index, draw) =>
        {
            var random = new CounterRandom(seed, 0);
            Assert.InRange(random.Below(bound, index, draw), 0, bound - 1);
            Assert.InRange(random.Unit(index, draw), 0, Math.BitDecrement(1.0));
        });

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void EveryNumberBelowIsAsLikely(int bound)
    {
        var random = new CounterRandom(9, 4);
        int draws = 1000 * bound;
        int[] counts = new int[bound];
        double sum = 0;
        for (int i = 0; i < draws; i++)
        {
            counts[random.Below(bound, (ulong)i, 5)]++;
            sum += random.Unit((ulong)i, 6);
        }

        // χ² with bound − 1 degrees of freedom: mean bound − 1, deviation √(2 (bound − 1)).
        double chiSquare = counts.Sum(count => Math.Pow(count - 1000, 2) / 1000);
        Assert.InRange(chiSquare, 0, bound - 1 + (5 * Math.Sqrt(2 * bound)));
        Assert.InRange(sum / draws, 0.5 - (5 / Math.Sqrt(12.0 * draws)), 0.5 + (5 / Math.Sqrt(12.0 * draws)));
    }
}
