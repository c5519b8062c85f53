using BiGS.Batches;
using CsCheck;

namespace BiGS.Tests.Batches;

public class BatchSourceTests
{
    [Fact]
    public void EveryEpochVisitsEachRowOnce() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16], Gen.ULong).Sample((rows, batchSize, seed) =>
    {
        const int Epochs = 4;
        var source = new BatchSource(new Numbered(rows), batchSize, padId: 0, seed);
        int batches = ((Epochs * rows) + batchSize - 1) / batchSize;
        (long Row, long Epoch)[] visits = [.. Enumerable.Range(0, batches).SelectMany(n => Visits(source.At(n)))];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            (long Row, long Epoch)[] visited = visits[(epoch * rows)..((epoch + 1) * rows)];
            Assert.All(visited, visit => Assert.Equal(epoch, visit.Epoch));
            Assert.Equal(Enumerable.Range(0, rows).Select(row => (long)row), visited.Select(visit => visit.Row).Order());
        }
    });

    [Fact]
    public void ABatchIsAFunctionOfItsNumber() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16], Gen.ULong, Gen.Long[0, 1000]).Sample(
        (rows, batchSize, seed, number) =>
        {
            var asked = new BatchSource(new Numbered(rows), batchSize, 0, seed);
            var fresh = new BatchSource(new Numbered(rows), batchSize, 0, seed);
            asked.At(number + 3);
            asked.At(0);
            Assert.Equal(fresh.At(number).InputIds, asked.At(number).InputIds);
        });

    [Fact]
    public void RowsComeInTheSameOrderWhateverTheBatchSize()
    {
        var one = new BatchSource(new Numbered(23), 1, 0, seed: 5);
        var seven = new BatchSource(new Numbered(23), 7, 0, seed: 5);
        Assert.Equal(
            Enumerable.Range(0, 70).SelectMany(n => Visits(one.At(n))), Enumerable.Range(0, 10).SelectMany(n => Visits(seven.At(n))));
    }

    [Fact]
    public void InOrderReadsEveryRowOnceAndTheRestAsAShorterBatch() => Gen.Select(Gen.Int[1, 60], Gen.Int[1, 16]).Sample((rows, batchSize) =>
    {
        Batch[] batches = [.. BatchSource.InOrder(new Numbered(rows), batchSize, padId: 0)];
        Assert.Equal(Enumerable.Range(0, rows).Select(row => ((long)row, 0L)), batches.SelectMany(Visits));
        Assert.All(batches[..^1], batch => Assert.Equal(batchSize, batch.Rows));
    });

    [Fact]
    public void RowsArePaddedAsAsked()
    {
        var rows = new Numbered(10);
        Assert.Equal(2, new BatchSource(rows, 4, 0, 1).At(0).Length);
        Assert.Equal(Numbered.Longest, new BatchSource(rows, 4, 0, 1, PadTo.MaxLength).At(0).Length);
        Assert.Equal(2, BatchSource.InOrder(rows, 4, 0).First().Length);
        Assert.Equal(Numbered.Longest, BatchSource.InOrder(rows, 4, 0, PadTo.MaxLength).First().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchSource(rows, 0, 0, 1));
    }

    private static IEnumerable<(long Row, long Epoch)> Visits(Batch batch) =>
        Enumerable.Range(0, batch.Rows).Select(r => (batch.InputIds[r * batch.Length], batch.InputIds[(r * batch.Length) + 1]));

    /// <summary>Rows that say who they are and in which epoch they were read.</summary>
    private sealed class Numbered(int rows) : IMaskedRows
    {
        public const int Longest = 5;

        public long Count => rows;

        public int MaxLength => Longest;

        public MaskedRow At(long row, long epoch) => new([(int)row, (int)epoch], null, [], []);
    }
}
