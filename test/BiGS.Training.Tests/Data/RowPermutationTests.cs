using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class RowPermutationTests
{
    [Fact]
    public void EveryEpochIsAPermutation() =>
        Gen.Select(Gen.Int[1, 3000], Gen.ULong, Gen.Long[0, 1_000_000]).Sample((rows, seed, epoch) =>
        {
            var order = new RowPermutation(rows, seed);
            Assert.Equal(
                Enumerable.Range(0, rows).Select(row => (long)row), Enumerable.Range(0, rows).Select(place => order.At(epoch, place)).Order());
        });

    [Fact]
    public void EpochsAndSeedsHaveOrdersOfTheirOwn() =>
        Gen.Select(Gen.Int[50, 3000], Gen.ULong, Gen.Long[0, 1000]).Sample((rows, seed, epoch) =>
        {
            long[] Order(ulong seed, long epoch) =>
                [.. Enumerable.Range(0, rows).Select(place => new RowPermutation(rows, seed).At(epoch, place))];
            long[] first = Order(seed, epoch);
            Assert.NotEqual(first, Order(seed, epoch + 1));
            Assert.NotEqual(first, Order(seed + 1, epoch));
            Assert.NotEqual(Enumerable.Range(0, rows).Select(row => (long)row), first);
        });

    [Fact]
    public void EveryRowComesFirstAsOften()
    {
        const int Rows = 10;
        const int Epochs = 20_000;
        var order = new RowPermutation(Rows, 3);
        int[] first = new int[Rows];
        int[] afterRowZero = new int[Rows];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            long[] rows = [.. Enumerable.Range(0, Rows).Select(place => order.At(epoch, place))];
            first[rows[0]]++;
            afterRowZero[rows[(Array.IndexOf(rows, 0) + 1) % Rows]]++;
        }

        // Six deviations of a binomial count.
        double Spread(double p) => 6 * Math.Sqrt(Epochs * p * (1 - p));
        Assert.All(first, count => Assert.InRange(count, (Epochs / 10.0) - Spread(0.1), (Epochs / 10.0) + Spread(0.1)));
        Assert.All(afterRowZero[1..], count => Assert.InRange(count, (Epochs / 9.0) - Spread(1 / 9.0), (Epochs / 9.0) + Spread(1 / 9.0)));
    }

    [Fact]
    public void HugeCorporaNeedNoList() =>
        Gen.Select(Gen.Long[1L << 33, 1L << 45], Gen.ULong).Sample((rows, seed) =>
        {
            var order = new RowPermutation(rows, seed);
            long[] sample = [.. Enumerable.Range(0, 200).Select(i => order.At(7, i * (rows / 200)))];
            Assert.All(sample, row => Assert.InRange(row, 0, rows - 1));
            Assert.Equal(200, sample.Distinct().Count());
        }, iter: 20);

    [Fact]
    public void NoRowsHaveNoOrder() => Assert.Throws<ArgumentOutOfRangeException>(() => new RowPermutation(0, 1));
}
