using BiGS.Inference;
using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

/// <summary>The formula that finds a row at a place, against reading from the beginning.</summary>
public class MixtureOrderTests
{
    private const int Block = 1 << 16;

    private static readonly Gen<(long[] Rows, double[] Weights, ulong Seed)> Mixtures = Gen.Int[1, 5].SelectMany(sources => Gen.Select(
        Gen.Long[1, 3_000].Array[sources], Gen.Double[0.01, 10].Array[sources], Gen.ULong));

    /// <summary>Of whole blocks, each source is read without a gap: all of its rows in every epoch but the last, which is begun.</summary>
    [Fact]
    public void EachSourceIsReadInItsOwnEpochs() => Mixtures.Sample(mixture =>
    {
        (long[] rows, double[] weights, ulong seed) = mixture;
        var order = new MixtureOrder(rows, weights, seed);
        long[] ends = [.. rows.Select((_, s) => rows[..(s + 1)].Sum())];
        var reads = Enumerable.Range(0, 2 * Block).Select(place => order.At(place)).ToLookup(read => Array.FindIndex(ends, end => read.Row < end));
        for (int source = 0; source < rows.Length; source++)
        {
            var epochs = reads[source].GroupBy(read => read.Epoch).OrderBy(epoch => epoch.Key).ToArray();
            Assert.Equal(Enumerable.Range(0, epochs.Length).Select(epoch => (long)epoch), epochs.Select(epoch => epoch.Key));
            Assert.All(epochs.SkipLast(1), epoch => Assert.Equal(rows[source], epoch.Count()));
            Assert.Equal(reads[source].Count(), reads[source].Distinct().Count());
        }
    }, iter: 20);

    /// <summary>Whole blocks hold exactly their shares, to the place that rounding gives or takes.</summary>
    [Fact]
    public void SharesAreExactOverBlocks() => Mixtures.Sample(mixture =>
    {
        (long[] rows, double[] weights, ulong seed) = mixture;
        var order = new MixtureOrder(rows, weights, seed);
        int[] counts = Count(order, rows, 0, 3 * Block);
        Assert.All(counts.Zip(weights), pair => Assert.InRange(pair.First - (3.0 * Block * pair.Second / weights.Sum()), -2, 2));
    }, iter: 20);

    /// <summary>A few batches from anywhere hold what independent draws would: five standard deviations of a binomial at most.</summary>
    [Fact]
    public void SharesOfAFewBatchesAreThoseOfDraws() => Gen.Select(Mixtures, Gen.Long[0, 1_000_000_000]).Sample((mixture, from) =>
    {
        const int Places = 2_000;
        (long[] rows, double[] weights, ulong seed) = mixture;
        int[] counts = Count(new MixtureOrder(rows, weights, seed), rows, from, Places);
        Assert.All(counts.Zip(weights), pair =>
        {
            double share = pair.Second / weights.Sum();
            Assert.InRange(pair.First - (Places * share), -(5 * Math.Sqrt(Places * share * (1 - share))) - 2, (5 * Math.Sqrt(Places * share * (1 - share))) + 2);
        });
    }, iter: 300);

    [Fact]
    public void TheOrderOfSourcesIsShuffledAndOfTheSeed()
    {
        static int[] Sources(ulong seed) => [.. Enumerable.Range(0, 1_000).Select(place => new MixtureOrder([50, 50], [1, 1], seed).At(place).Row < 50 ? 0 : 1)];
        Assert.Equal(Sources(3), Sources(3));
        Assert.NotEqual(Sources(3), Sources(4));
        int changes = Sources(3).Zip(Sources(3).Skip(1)).Count(pair => pair.First != pair.Second);
        Assert.InRange(changes, 400, 600);
    }

    /// <summary>The smallest share that is allowed, beside the largest: none runs short in any of many blocks.</summary>
    [Fact]
    public void ASmallSourceIsNeverShort()
    {
        double[] weights = [2.0 / Block, 1 - (6.0 / Block), 2.0 / Block, 2.0 / Block];
        var order = new MixtureOrder([7, 100, 7, 7], weights, seed: 1);
        for (long block = 0; block < 40; block++)
        {
            int[] counts = Count(order, [7, 100, 7, 7], block * Block, Block);
            Assert.All((int[])[counts[0], counts[2], counts[3]], count => Assert.InRange(count, 1, 3));
        }
    }

    [Theory]
    [InlineData("2 weights for 3 sources", 1.0, 1.0)]
    [InlineData("weight 2 is 0;", 1.0, 0.0, 1.0)]
    [InlineData("weight 3 is -1;", 1.0, 1.0, -1.0)]
    [InlineData("weight 1 is NaN;", double.NaN, 1.0, 1.0)]
    [InlineData("less than one row in 32,768", 1.0, 1e-6, 1.0)]
    public void WeightsThatMeanNothingAreRefused(string says, params double[] weights) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => new MixtureOrder([5, 5, 5], weights, 1)).Message, StringComparison.Ordinal);

    /// <summary>In a batch source with sorted stretches too, every place is read once, and shares hold.</summary>
    [Fact]
    public void BatchesOfSimilarLengthReadTheSameRows()
    {
        const int BatchSize = 16;
        const int Batches = 3 * 64;
        var rows = new Joined(40, 400);
        var order = new MixtureOrder([40, 400], [3, 1], seed: 9);
        var sorted = new BatchSource(rows, BatchSize, padId: 0, seed: 9, PadTo.Longest, order);
        var expected = Enumerable.Range(0, Batches * BatchSize).Select(place => order.At(place)).Order();
        Assert.Equal(expected, Enumerable.Range(0, Batches).SelectMany(n => rows.Visits(sorted.At(n))).Order());
        Assert.Equal(sorted.At(150).Input.InputIds, new BatchSource(rows, BatchSize, padId: 0, seed: 9, PadTo.Longest, order).At(150).Input.InputIds);
    }

    private static int[] Count(MixtureOrder order, long[] rows, long from, int places)
    {
        int[] counts = new int[rows.Length];
        long[] ends = [.. rows.Select((_, s) => rows[..(s + 1)].Sum())];
        for (long place = from; place < from + places; place++)
        {
            long row = order.At(place).Row;
            counts[Array.FindIndex(ends, end => row < end)]++;
        }

        return counts;
    }

    /// <summary>Rows that say who they are and in which epoch they were read.</summary>
    private sealed class Joined(long first, long second) : IMaskedRows
    {
        public long Count => first + second;

        public int MaxLength => 32;

        public int LengthOf(long row) => 2 + (int)(row * 7_919 % 30);

        public MaskedRow At(long row, long epoch, double done = 0)
        {
            int[] ids = new int[LengthOf(row)];
            (ids[0], ids[1]) = ((int)row, (int)epoch);
            return new MaskedRow(new TokenRow(ids), [], []);
        }

        public IEnumerable<(long Row, long Epoch)> Visits(MaskedBatch batch) =>
            Enumerable.Range(0, batch.Input.Rows).Select(r => (batch.Input.InputIds[r * batch.Input.Length], batch.Input.InputIds[(r * batch.Input.Length) + 1]));
    }
}
