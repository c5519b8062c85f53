using BiGS.Evaluation;

namespace BiGS.Tests.Evaluation;

/// <summary>Cases computed by hand from the published definitions.</summary>
public class ClassMetricsTests
{
    private static readonly int[] Truth = [1, 1, 1, 0, 0, 0, 0, 1];
    private static readonly int[] Guesses = [1, 1, 0, 0, 0, 1, 0, 0];

    [Fact]
    public void TwoClassesByHand()
    {
        // tp 2, fn 2, fp 1, tn 3
        Assert.Equal(5.0 / 8, ClassMetrics.Accuracy(Truth, Guesses));
        Assert.Equal(4.0 / 7, ClassMetrics.F1(Truth, Guesses), 12);
        Assert.Equal(6.0 / 9, ClassMetrics.F1(Truth, Guesses, positive: 0), 12);
        Assert.Equal(((4.0 / 7) + (6.0 / 9)) / 2, ClassMetrics.MacroF1(Truth, Guesses), 12);
        Assert.Equal(((2 * 3) - (1 * 2)) / Math.Sqrt(3 * 4 * 4 * 5), ClassMetrics.Matthews(Truth, Guesses), 12);
    }

    [Fact]
    public void ThreeClassesByHand()
    {
        int[] truth = [0, 1, 2, 2, 1];
        int[] guesses = [0, 2, 2, 2, 1];

        // c 4 of s 5; t = (1, 2, 2), g = (1, 1, 3): (4·5 − (1 + 2 + 6)) / √((25 − 11)(25 − 9))
        Assert.Equal(11 / Math.Sqrt(14 * 16), ClassMetrics.Matthews(truth, guesses), 12);
        Assert.Equal((1 + (2.0 / 3) + (4.0 / 5)) / 3, ClassMetrics.MacroF1(truth, guesses), 12);
    }

    [Theory]
    [InlineData(new[] { 1, 1, 1 }, new[] { 1, 1, 1 }, 1, 1, 0)]
    [InlineData(new[] { 1, 1, 1 }, new[] { 0, 0, 0 }, 0, 0, 0)]
    [InlineData(new[] { 0, 0, 0 }, new[] { 0, 0, 0 }, 1, 0, 0)]
    [InlineData(new[] { 1, 0 }, new[] { 0, 1 }, 0, 0, -1)]
    [InlineData(new int[0], new int[0], 0, 0, 0)]
    public void OneClassOnlySaysNothing(int[] truth, int[] guesses, double accuracy, double f1, double matthews)
    {
        Assert.Equal(accuracy, ClassMetrics.Accuracy(truth, guesses));
        Assert.Equal(f1, ClassMetrics.F1(truth, guesses));
        Assert.Equal(matthews, ClassMetrics.Matthews(truth, guesses));
    }
}
