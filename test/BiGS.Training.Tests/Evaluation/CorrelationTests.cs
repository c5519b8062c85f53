using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class CorrelationTests
{
    [Fact]
    public void ByHand()
    {
        // deviations (−2, −1, 0, 3), (−1, 1, −2, 2): 2 − 1 + 0 + 6 = 7 over √(14 · 10)
        Assert.Equal(7 / Math.Sqrt(140), Correlation.Pearson([1, 2, 3, 6], [4, 6, 3, 7]), 12);

        // ranks (1, 2, 3, 4), (2, 3, 1, 4): 1 − 6 · (1 + 1 + 4 + 0) / (4 · 15)
        Assert.Equal(1 - (6 * 6 / 60.0), Correlation.Spearman([1, 2, 3, 6], [4, 6, 3, 7]), 12);
    }

    [Fact]
    public void EqualValuesShareTheirRanks()
    {
        // ranks (1, 2.5, 2.5, 4), (1, 2, 3, 4): deviations (−1.5, 0, 0, 1.5), (−1.5, −0.5, 0.5, 1.5)
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), Correlation.Spearman([0, 7, 7, 9], [1, 2, 3, 4]), 12);
    }

    [Fact]
    public void ARankIsAllThatSpearmanHears() => Assert.Equal(1, Correlation.Spearman([1, 2, 3, 4], [0.1, 1, 1000, 1e9]), 12);

    [Fact]
    public void WhatNeverVariesSaysNothing()
    {
        Assert.Equal(0, Correlation.Pearson([1, 2, 3], [5, 5, 5]));
        Assert.Equal(0, Correlation.Spearman([2, 2, 2], [1, 2, 3]));
        Assert.Equal(0, Correlation.Pearson([], []));
    }
}
