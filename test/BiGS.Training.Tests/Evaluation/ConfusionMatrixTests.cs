using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

/// <summary>Cases computed by hand from the published definitions.</summary>
public class ConfusionMatrixTests
{
    private static readonly string[] Two = ["0", "1"];
    private static readonly string[] Three = ["a", "b", "c"];

    [Fact]
    public void TwoClassesByHand()
    {
        // tp 2, fn 2, fp 1, tn 3
        var matrix = ConfusionMatrix.Create([1, 1, 1, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 1, 0, 0], Two);
        Assert.Equal((2, 2, 1, 3), (matrix[1, 1], matrix[1, 0], matrix[0, 1], matrix[0, 0]));
        Assert.Equal((8, 5, 5.0 / 8), (matrix.Count, matrix.Right, matrix.Accuracy));
        Assert.Equal((2.0 / 3, 2.0 / 4), (matrix.Precision(1), matrix.Recall(1)));
        Assert.Equal(4.0 / 7, matrix.F1(1), 12);
        Assert.Equal(6.0 / 9, matrix.F1(0), 12);
        Assert.Equal(((4.0 / 7) + (6.0 / 9)) / 2, matrix.MacroF1, 12);
        Assert.Equal(((2 * 3) - (1 * 2)) / Math.Sqrt(3 * 4 * 4 * 5), matrix.Matthews, 12);
    }

    [Fact]
    public void ThreeClassesByHand()
    {
        var matrix = ConfusionMatrix.Create([0, 1, 2, 2, 1], [0, 2, 2, 2, 1], Three);

        // c 4 of s 5; t = (1, 2, 2), p = (1, 1, 3): (4·5 − (1 + 2 + 6)) / √((25 − 11)(25 − 9))
        Assert.Equal(11 / Math.Sqrt(14 * 16), matrix.Matthews, 12);
        Assert.Equal((1 + (2.0 / 3) + (4.0 / 5)) / 3, matrix.MacroF1, 12);
        Assert.Equal(
            [new("a", 1, 1, 1, 1), new("b", 1, 0.5, 2.0 / 3, 2), new("c", 2.0 / 3, 1, 0.8, 2)],
            matrix.PerClass);
    }

    [Theory]
    [InlineData(new[] { 1, 1, 1 }, new[] { 1, 1, 1 }, 1, 1, 0)]
    [InlineData(new[] { 1, 1, 1 }, new[] { 0, 0, 0 }, 0, 0, 0)]
    [InlineData(new[] { 0, 0, 0 }, new[] { 0, 0, 0 }, 1, 0, 0)]
    [InlineData(new[] { 1, 0 }, new[] { 0, 1 }, 0, 0, -1)]
    [InlineData(new int[0], new int[0], 0, 0, 0)]
    public void OneClassOnlySaysNothing(int[] truth, int[] predictions, double accuracy, double f1, double matthews)
    {
        var matrix = ConfusionMatrix.Create(truth, predictions, Two);
        Assert.Equal((accuracy, f1, matthews), (matrix.Accuracy, matrix.F1(1), matrix.Matthews));
    }

    [Fact]
    public void AClassThatNeitherOccursNorIsPredictedCountsInNoMean()
    {
        var matrix = ConfusionMatrix.Create([0, 1], [0, 1], Three);
        Assert.Equal(1, matrix.MacroF1);
        Assert.Equal(new ClassScore("c", 0, 0, 0, 0), matrix.PerClass[2]);
    }

    [Fact]
    public void ExamplesCountAsOftenAsTheyAreDrawn()
    {
        var matrix = ConfusionMatrix.Create([0, 1, 1], [0, 1, 0], Two, chosen: [2, 2, 0]);
        Assert.Equal((1, 2, 0), (matrix[0, 0], matrix[1, 0], matrix[1, 1]));
        Assert.Contains("2 labels", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Create(Two, [[1, 2, 3], [1, 2, 3]])).Message, StringComparison.Ordinal);
    }
}
