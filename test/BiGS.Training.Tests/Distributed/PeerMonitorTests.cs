using BiGS.Support;
using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

public class PeerMonitorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Whichever rank goes without a word, all others learn which it was.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void ARankThatGoesIsMissedByAllOthers(int victim)
    {
        var missed = new int[4];
        using var left = new CountdownEvent(3);
        using var all = new ManualResetEventSlim();
        RanksInMemory.Run(4, ranks =>
        {
            var lifeline = new PeerMonitor();
            lifeline.RankLost = rank =>
            {
                missed[ranks.Rank] = rank + 1;
                left.Signal();
            };
            Assert.Equal(1, lifeline.Join(ranks));
            ranks.AllReduceScalars(0); // all have joined
            if (ranks.Rank == victim)
            {
                lifeline.Dispose();
                Assert.True(left.Wait(Patience, TestContext.Current.CancellationToken), $"missed: {string.Join(", ", missed)}");
                all.Set();
                return;
            }

            all.Wait(Patience, TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => Lost(lifeline) is not null, Patience));
            Assert.Equal(victim, Lost(lifeline)!.Rank);
            lifeline.Dispose();
        });
        Assert.All(Enumerable.Range(0, 4).Where(rank => rank != victim), rank => Assert.Equal(victim + 1, missed[rank]));
    }

    /// <summary>At the end of a run nobody is missed, in whatever order they leave.</summary>
    [Fact]
    public void WhoSaysGoodbyeIsNotMissed()
    {
        int missed = 0;
        RanksInMemory.Run(3, ranks =>
        {
            using var lifeline = new PeerMonitor { RankLost = _ => Interlocked.Increment(ref missed) };
            lifeline.Join(ranks);
            ranks.AllReduceScalars(0);
            lifeline.SignalExit();
            Thread.Sleep(50 * ranks.Rank);
        });
        Assert.Equal(0, missed);
    }

    private static RankLostException? Lost(PeerMonitor lifeline)
    {
        try
        {
            lifeline.ThrowIfLost();
            return null;
        }
        catch (RankLostException lost)
        {
            return lost;
        }
    }
}
