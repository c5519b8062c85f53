using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

/// <summary>SQuAD's rules.</summary>
public class AnswerMatchTests
{
    [Theory]
    [InlineData("The  Broncos!", "broncos", 1, 1)]
    [InlineData("a cat, the dog", "Cat dog", 1, 1)]
    [InlineData("the big cat", "a big dog", 0, 0.5)] // big | big cat, big dog
    [InlineData("cat cat cat", "cat dog", 0, 0.4)] // one cat only is shared: 2 · 1 / 5
    [InlineData("", "cat", 0, 0)]
    [InlineData("cat", "", 0, 0)]
    [InlineData("", "", 1, 1)]
    [InlineData("the", "", 1, 1)] // an article is no word
    [InlineData("$1,000", "1000", 1, 1)]
    [InlineData("naïve", "naive", 0, 0)]
    public void OneAnswer(string guess, string answer, double exact, double f1)
    {
        Assert.Equal(exact, AnswerMatch.Exact(guess, [answer]));
        Assert.Equal(f1, AnswerMatch.F1(guess, [answer]), 12);
    }

    [Fact]
    public void TheNearestAnswerCounts()
    {
        Assert.Equal(1, AnswerMatch.Exact("two", ["one", "two"]));
        Assert.Equal(2.0 / 3, AnswerMatch.F1("big cat", ["dog", "cat"]), 12);
    }

    [Fact]
    public void TheThresholdThatEarnsMostIsFound()
    {
        // Saying none always earns 1 of 3; answering the first two and not the third earns 2.5.
        (double threshold, double mean) = AnswerMatch.BestThreshold([(-5, 1, 0), (-1, 0.5, 0), (3, 0, 1)]);
        Assert.Equal(-1, threshold);
        Assert.Equal(2.5 / 3, mean, 12);

        // A text without a token is answered by none whatever the threshold, and does not move it.
        Assert.Equal(-1, AnswerMatch.BestThreshold([(-5, 1, 0), (-1, 0.5, 0), (3, 0, 1), (double.PositiveInfinity, 1, 1)]).Threshold);
        Assert.Equal((0, 1), AnswerMatch.BestThreshold([(double.PositiveInfinity, 1, 1)]));

        // Where answering never pays, nothing is answered.
        Assert.True(AnswerMatch.BestThreshold([(-5, 0, 1), (2, 0, 1)]).Threshold < -5);
    }
}
