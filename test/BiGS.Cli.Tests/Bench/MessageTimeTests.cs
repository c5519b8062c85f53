using BiGS.Cli.Bench;
using BiGS.Support;
using BiGS.Training.Distributed;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Bench;

public class MessageTimeTests
{
    /// <summary>From times that a known ring would take, the ring comes back.</summary>
    [Theory]
    [InlineData(2, 25e9, 10e-6)]
    [InlineData(4, 1e9, 50e-6)]
    [InlineData(64, 200e9, 3e-6)]
    public void TheFitFindsTheRing(int ranks, double bandwidth, double latency)
    {
        var ring = new AllReduceCost(bandwidth, latency, Buckets: 1);
        MessageTime At(long bytes) => new(bytes, ring.Seconds(bytes, ranks));
        AllReduceCost found = MessageTime.Fit(At(4_000), At(32_000_000), ranks);
        Assert.Equal(1, found.BytesPerSecond / bandwidth, 6);
        Assert.Equal(1, found.Latency / latency, 6);
    }

    [Fact]
    public void AllRanksMeasureTheSame()
    {
        var times = new MessageTime[3];
        RanksInMemory.Run(3, ranks => times[ranks.Rank] = MessageTime.Of(ranks, 4_000, CPU, repeats: 5));
        Assert.All(times, time => Assert.Equal(times[0], time));
        Assert.True(times[0].Seconds > 0);
    }
}
