using CsCheck;

namespace BiGS.Training.Tests.Training;

public class ScheduleTests
{
    [Theory]
    [InlineData(ScheduleShape.Linear, 0, 0)]
    [InlineData(ScheduleShape.Linear, 1, 0.25)]
    [InlineData(ScheduleShape.Linear, 4, 1)]
    [InlineData(ScheduleShape.Linear, 8, 0.75)]
    [InlineData(ScheduleShape.Linear, 19, 0.0625)]
    [InlineData(ScheduleShape.Linear, 20, 0)]
    [InlineData(ScheduleShape.Linear, 90, 0)]
    [InlineData(ScheduleShape.Cosine, 0, 0)]
    [InlineData(ScheduleShape.Cosine, 3, 0.75)]
    [InlineData(ScheduleShape.Cosine, 4, 1)]
    [InlineData(ScheduleShape.Cosine, 8, 0.8681980515339464)] // 0.1 + 0.45 (1 + √½)
    [InlineData(ScheduleShape.Cosine, 12, 0.55)]
    [InlineData(ScheduleShape.Cosine, 16, 0.23180194846605364)] // 0.1 + 0.45 (1 − √½)
    [InlineData(ScheduleShape.Cosine, 20, 0.1)]
    [InlineData(ScheduleShape.Cosine, 90, 0.1)]
    [InlineData(ScheduleShape.Constant, 2, 0.5)]
    [InlineData(ScheduleShape.Constant, 4, 1)]
    [InlineData(ScheduleShape.Constant, 90, 1)]
    public void ValuesByHand(ScheduleShape shape, long step, double expected) =>
        Assert.Equal(expected, new Schedule(shape, WarmupSteps: 4, TotalSteps: 20).At(step), 1e-12);

    [Fact]
    public void WithoutWarmUpTheFirstStepIsThePeak() => Assert.Equal(1, new Schedule(ScheduleShape.Cosine, 0, 10).At(0));

    [Fact]
    public void TheFloorIsTheCosinesEnd() => Assert.Equal(0.3, new Schedule(ScheduleShape.Cosine, 2, 10, Floor: 0.3).At(10), 1e-12);

    [Fact]
    public void ItRisesThenFallsAndStaysAShare() =>
        Gen.Select(Gen.Enum<ScheduleShape>(), Gen.Long[0, 50], Gen.Long[1, 200]).Sample((shape, warmup, total) =>
        {
            var schedule = new Schedule(shape, warmup, total);
            double[] values = [.. Enumerable.Range(0, (int)total + 5).Select(step => schedule.At(step))];
            Assert.All(values, value => Assert.InRange(value, 0, 1));
            int peak = (int)Math.Min(warmup, total + 4);
            Assert.Equal(values[..(peak + 1)].SkipLast(1).Order(), values[..(peak + 1)].SkipLast(1));
            Assert.Equal(values[peak..].OrderDescending(), values[peak..]);
        });
}
