using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class RightAnswersTests
{
    [Fact]
    public void SharesAreByGroupKindByKind()
    {
        var answers = new AccuracyCounter();
        answers.Add(true, ["zoo", "distance_10"]);
        answers.Add(false, ["zoo", "distance_9"]);
        answers.Add(true, ["Ape-house", "distance_9"]);
        answers.Skip("not_one_piece", ["zoo", "distance_2"]);
        Score score = answers.ToScore("animals");
        Assert.Equal(["accuracy", "accuracy_ape_house", "accuracy_zoo", "accuracy_distance_9", "accuracy_distance_10"], score.Metrics.Keys);
        Assert.Equal([2.0 / 3, 1, 0.5, 0.5, 1], score.Metrics.Values);
        Assert.Equal(0, score.Counts["accuracy_distance_2"]);
        Assert.Equal(("animals", 3, 1), (score.Task, score.Count, score.Skipped["not_one_piece"]));
        Assert.Equal(new Interval(1, 1), score.Intervals["accuracy_distance_10"]);
    }

    [Fact]
    public void NothingToScoreIsAnError() =>
        Assert.Contains("no question was given", Assert.Throws<ArgumentException>(() => new AccuracyCounter().ToScore("x")).Message, StringComparison.Ordinal);
}

public class IntervalTests
{
    /// <summary>Binomial(4, 1/2) has 1/16 at 0 already, and 15/16 up to 3; Binomial(10, 1/2): 11/1024 up to 1, 56/1024 up to 2.</summary>
    [Theory]
    [InlineData(2, 4, 0, 1)]
    [InlineData(5, 10, 0.2, 0.8)]
    [InlineData(0, 7, 0, 0)]
    [InlineData(7, 7, 1, 1)]
    public void OfAShareIsKnown(int right, int count, double low, double high) => Assert.Equal(new Interval(low, high), Interval.ForProportion(right, count));

    [Theory]
    [InlineData(30, 40)]
    [InlineData(3, 200)]
    [InlineData(470, 500)]
    public void OfAShareIsWhatDrawingSays(int right, int count)
    {
        Interval known = Interval.ForProportion(right, count);
        Interval drawn = Interval.Bootstrap(count, chosen => chosen.Average(i => i < right ? 1.0 : 0));
        double step = 1.5 / count; // a thousand draws may fall to the next number of right answers
        Assert.InRange(drawn.Low, known.Low - step, known.Low + step);
        Assert.InRange(drawn.High, known.High - step, known.High + step);
    }

    /// <summary>Where most probabilities underflow, the normal distribution is near.</summary>
    [Fact]
    public void OfManyIsNormal()
    {
        (int right, int count) = (900_000, 1_000_000);
        double deviation = Math.Sqrt(0.9 * 0.1 / count);
        Interval interval = Interval.ForProportion(right, count);
        Assert.Equal(0.9 - (1.96 * deviation), interval.Low, 3e-6);
        Assert.Equal(0.9 + (1.96 * deviation), interval.High, 3e-6);
    }
}
