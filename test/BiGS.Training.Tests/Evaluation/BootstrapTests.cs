using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class BootstrapTests
{
    [Fact]
    public void AShareHasTheIntervalOfItsBinomial()
    {
        // 300 of 400: 0.75 ± 1.96 √(0.75 · 0.25 / 400) = 0.7076 to 0.7924
        Interval interval = Interval.Bootstrap(400, chosen => chosen.Count(i => i < 300) / 400.0);
        Assert.InRange(interval.Low, 0.70, 0.715);
        Assert.InRange(interval.High, 0.785, 0.80);
    }

    [Fact]
    public void WhatNeverChangesHasNoWidth() => Assert.Equal(new Interval(1, 1), Interval.Bootstrap(10, _ => 1));

    [Fact]
    public void TheSameExamplesGiveTheSame() =>
        Assert.Equal(Interval.Bootstrap(50, chosen => chosen.Average()), Interval.Bootstrap(50, chosen => chosen.Average()));
}
