using BiGS.Training.Data;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

public class StratifiedSamplingTests
{
    [Theory]
    [InlineData(10, new[] { 8, 2 })] // of 20 and 5
    [InlineData(5, new[] { 4, 1 })]
    [InlineData(2, new[] { 1, 1 })]
    [InlineData(1, new[] { 1, 0 })]
    [InlineData(25, new[] { 20, 5 })]
    public void EachClassHasItsShare(int count, int[] expected)
    {
        int[] classes = [.. Enumerable.Repeat(0, 20), .. Enumerable.Repeat(1, 5)];
        IReadOnlySet<int> drawn = StratifiedSampling.Draw(classes, count, Seeded(1));
        Assert.Equal(expected, Counts(classes, drawn, 2));
    }

    [Fact]
    public void ARareClassIsDrawnWhereThereIsRoom()
    {
        int[] classes = [.. Enumerable.Repeat(0, 900), .. Enumerable.Repeat(1, 99), 2];
        Assert.Equal([18, 1, 1], Counts(classes, StratifiedSampling.Draw(classes, 20, Seeded(1)), 3));
    }

    [Fact]
    public void AnOnlyExampleIsLeft()
    {
        int[] classes = [0, 0, 0, 0, 1, 1, 2];
        Assert.Equal([2, 1, 0], Counts(classes, StratifiedSampling.Draw(classes, 3, Seeded(1), leaveOne: true), 3));
        Assert.Equal(6, StratifiedSampling.Draw(classes, 6, Seeded(1), leaveOne: true).Count); // where the others do not make up six
    }

    [Fact]
    public void TheSeedDecidesAndNothingElse()
    {
        int[] classes = [.. Enumerable.Range(0, 300).Select(i => i / 100)];
        int[][] drawn = [.. ((ulong[])[1, 1, 2]).Select(seed => StratifiedSampling.Draw(classes, 30, Seeded(seed)).Order().ToArray())];
        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
        Assert.InRange(drawn[0].Count(i => i % 100 < 50), 5, 25); // from all over each class
    }

    private static CounterRandom Seeded(ulong seed) => new(seed, RandomStream.LimitedExamples);

    private static int[] Counts(int[] classes, IReadOnlySet<int> drawn, int all) => [.. Enumerable.Range(0, all).Select(label => drawn.Count(i => classes[i] == label))];
}
