using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

/// <summary>The closed form against the ring itself, walked pass by pass.</summary>
public class AllReduceCostTests
{
    private static readonly AllReduceCost Network = new(BytesPerSecond: 25e9, Latency: 1e-5, Buckets: 8);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void IsWhatWalkingTheRingTakes(int ranks)
    {
        const double Bytes = 1.4e9;
        double walked = 0;
        for (int bucket = 0; bucket < Network.Buckets; bucket++)
        {
            for (int pass = 0; pass < 2 * (ranks - 1); pass++) // W − 1 to sum, W − 1 to hand the sums on
            {
                walked += Network.Latency + (Bytes / Network.Buckets / ranks / Network.BytesPerSecond);
            }
        }

        Assert.Equal(walked, Network.Seconds(Bytes, ranks), 1e-9);
    }

    [Fact]
    public void TheLastBucketHidesBehindNothing()
    {
        double whole = Network.Seconds(1e9, 4);
        Assert.Equal(whole, Network.Exposed(1e9, 4, hidden: 0));
        Assert.Equal(0.75 * whole, Network.Exposed(1e9, 4, hidden: whole / 4), 1e-12);
        Assert.Equal(whole / 8, Network.Exposed(1e9, 4, hidden: 100));
        Assert.Equal(0, Network.Exposed(1e9, 1, hidden: 0));
    }
}
