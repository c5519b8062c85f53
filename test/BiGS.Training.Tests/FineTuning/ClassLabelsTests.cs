using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

public class ClassLabelsTests
{
    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("-1", "-1.00", true)]
    [InlineData("True", "true", true)]
    [InlineData("FALSE", "False", true)]
    [InlineData(" yes ", "yes", true)]
    [InlineData("1.5", "1.50", false)] // a figure, and no class that was once a whole number
    [InlineData("007", "7", false)]
    [InlineData("Yes", "yes", false)]
    [InlineData("10", "1", false)]
    public void SpellingsOfOneClassHaveOneKey(string one, string other, bool same) => Assert.Equal(same, ClassLabels.Key(one) == ClassLabels.Key(other));

    [Fact]
    public void AClassIsNamedByItsShortestSpelling()
    {
        Assert.Equal(["0", "1", "2.0", "10"], ClassLabels.Of(["10", "1.0", "1", "0.0", "0", "2.0"]));
        Assert.Equal(["False", "True", "true story"], ClassLabels.Of(["true story", "true", "True", "False"]));
        Assert.Equal(1, ClassLabels.Numbers(["0", "1.0"])["1"]);
    }

    [Theory]
    [InlineData("-", "entailment neutral contradiction -", true)]
    [InlineData("-", "good bad -", true)]
    [InlineData("-", "+ -", false)]
    [InlineData("-", "+ 0 -", false)]
    [InlineData("-", "1 2 3 -", true)]
    [InlineData("-", "one -", false)] // else nothing could be told apart
    [InlineData("-1", "0 1 2 -1", true)]
    [InlineData("-1.0", "0.0 1.0 2.0 -1.0", true)]
    [InlineData("-1", "entailment neutral contradiction -1 -", true)]
    [InlineData("-1", "0 1 -1", false)]
    [InlineData("-1", "0 1 2 3 -1 -2", false)]
    [InlineData("-1", "1 2 3 -1", false)]
    [InlineData("0", "0 1 2 -1", false)]
    public void ALabelSaysThatThereIsNone(string label, string all, bool isNone) => Assert.Equal(isNone, ClassLabels.IsNoLabel(label, all.Split(' ')));

    [Fact]
    public void ALabelIsMissingOnlyWhereItIsNoClass()
    {
        IReadOnlyDictionary<string, int> nli = ClassLabels.Numbers(["contradiction", "entailment", "neutral"]);
        Assert.All((string?[])[null, "", " ", "-", "-1", "-1.0"], label => Assert.True(ClassLabels.IsMissing(label, nli)));
        Assert.False(ClassLabels.IsMissing("other", nli));
        Assert.False(ClassLabels.IsMissing("-1", ClassLabels.Numbers(["-1", "0", "1"])));
        Assert.False(ClassLabels.IsMissing("-", ClassLabels.Numbers(["+", "-"])));
    }

    [Fact]
    public void DoubtfulClassesAreSaid()
    {
        Assert.Contains("\"Good\" and \"good\"", Assert.Single(ClassLabels.Warnings(["Good", "bad", "good"], 100)), StringComparison.Ordinal);
        Assert.Empty(ClassLabels.Warnings(["-1", "0", "1"], 100));
        Assert.Empty(ClassLabels.Warnings(["0", "1", "2"], 100));
        string[] values = [.. Enumerable.Range(0, 30).Select(i => $"{i}.5")];
        Assert.Contains("50 examples have 30 different labels", Assert.Single(ClassLabels.Warnings(values, 50)), StringComparison.Ordinal);
        Assert.Empty(ClassLabels.Warnings(values, 500));
    }
}
