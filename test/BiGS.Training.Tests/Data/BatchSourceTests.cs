using BiGS.Inference;
using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class BatchSourceTests
{
    /// <summary>Batches whose rows are sorted by length together.</summary>
    private const int Stretch = 64;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryEpochVisitsEachRowOnce(bool padToMaxLength) => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16], Gen.ULong).Sample((rows, batchSize, seed) =>
    {
        const int Batches = 3 * Stretch;
        var source = new BatchSource(new Numbered(rows), batchSize, padId: 0, seed, padToMaxLength ? PadTo.MaxLength : PadTo.Longest);
        var visits = Enumerable.Range(0, Batches).SelectMany(n => Visits(source.At(n))).ToLookup(visit => visit.Epoch, visit => visit.Row);
        long whole = (long)Batches * batchSize / rows;
        for (long epoch = 0; epoch < whole; epoch++)
        {
            Assert.Equal(Enumerable.Range(0, rows).Select(row => (long)row), visits[epoch].Order());
        }

        Assert.Equal(((long)Batches * batchSize) - (whole * rows), visits[whole].Distinct().Count());
    });

    [Fact]
    public void RowsOfSimilarLengthComeTogetherAndBatchesStayMixed()
    {
        var source = new BatchSource(new Numbered(20_000), 32, padId: 0, seed: 3);
        MaskedBatch[] batches = [.. Enumerable.Range(0, Stretch).Select(n => source.At(n))];
        double padding = 1 - (batches.Sum(batch => (double)batch.Input.Tokens) / batches.Sum(batch => (double)batch.Input.Rows * batch.Input.Length));
        Assert.InRange(padding, 0, 0.12); // half a step of eight in rows of 33
        int longer = batches.Zip(batches.Skip(1)).Count(pair => pair.Second.Input.Length > pair.First.Input.Length);
        Assert.InRange(longer, Stretch / 4, 3 * Stretch / 4);
    }

    [Fact]
    public void ABatchIsAFunctionOfItsNumber() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16], Gen.ULong, Gen.Long[0, 1000]).Sample(
        (rows, batchSize, seed, number) =>
        {
            var asked = new BatchSource(new Numbered(rows), batchSize, 0, seed);
            var fresh = new BatchSource(new Numbered(rows), batchSize, 0, seed);
            asked.At(number + 3);
            asked.At(0);
            Assert.Equal(fresh.At(number).Input.InputIds, asked.At(number).Input.InputIds);
        });

    [Fact]
    public void RowsComeInTheSameOrderWhateverTheBatchSize()
    {
        var one = new BatchSource(new Numbered(23), 1, 0, seed: 5, PadTo.MaxLength);
        var seven = new BatchSource(new Numbered(23), 7, 0, seed: 5, PadTo.MaxLength);
        Assert.Equal(
            Enumerable.Range(0, 70).SelectMany(n => Visits(one.At(n))), Enumerable.Range(0, 10).SelectMany(n => Visits(seven.At(n))));
    }

    [Fact]
    public void InOrderReadsEveryRowOnceAndTheRestAsAShorterBatch() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16]).Sample((rows, batchSize) =>
    {
        MaskedBatch[] batches = [.. BatchSource.InOrder(new Numbered(rows), batchSize, padId: 0)];
        Assert.Equal(Enumerable.Range(0, rows).Select(row => ((long)row, 0L)), batches.SelectMany(Visits));
        Assert.All(batches[..^1], batch => Assert.Equal(batchSize, batch.Input.Rows));
    });

    [Fact]
    public void RowsArePaddedAsAsked()
    {
        var rows = new Numbered(10);
        MaskedBatch batch = new BatchSource(rows, 4, 0, 1).At(0);
        Assert.InRange(batch.Input.Length - Visits(batch).Max(visit => rows.LengthOf(visit.Row)), 0, 7);
        Assert.Equal(Numbered.Longest, new BatchSource(rows, 4, 0, 1, PadTo.MaxLength).At(0).Input.Length);
        Assert.Equal(Enumerable.Range(0, 4).Max(row => rows.LengthOf(row)), BatchSource.InOrder(rows, 4, 0).First().Input.Length);
        Assert.Equal(Numbered.Longest, BatchSource.InOrder(rows, 4, 0, PadTo.MaxLength).First().Input.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchSource(rows, 0, 0, 1));
    }

    private static IEnumerable<(long Row, long Epoch)> Visits(MaskedBatch batch) =>
        Enumerable.Range(0, batch.Input.Rows).Select(r => (batch.Input.InputIds[r * batch.Input.Length], batch.Input.InputIds[(r * batch.Input.Length) + 1]));

    /// <summary>Rows of many lengths that say who they are and in which epoch they were read.</summary>
    private sealed class Numbered(int rows) : IMaskedRows
    {
        public const int Longest = 64;

        public long Count => rows;

        public int MaxLength => Longest;

        public int LengthOf(long row) => 2 + (int)(row * 7_919 % (Longest - 1));

        public MaskedRow At(long row, long epoch, double done = 0)
        {
            int[] ids = new int[LengthOf(row)];
            (ids[0], ids[1]) = ((int)row, (int)epoch);
            return new MaskedRow(new TokenRow(ids), [], []);
        }
    }
}
