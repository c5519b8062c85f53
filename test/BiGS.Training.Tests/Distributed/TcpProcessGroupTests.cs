using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BiGS.Support;
using BiGS.Training.Distributed;

namespace BiGS.Training.Tests.Distributed;

public class TcpProcessGroupTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("MASTER_ADDR=10.0.0.7 MASTER_PORT=29500", "10.0.0.7", 29500)]
    [InlineData("MASTER_ADDR=node1 MASTER_PORT=29500 TORCHELASTIC_USE_AGENT_STORE=True", "node1", 29501)]
    [InlineData("MASTER_ADDR=node1 MASTER_PORT=29500 TORCHELASTIC_USE_AGENT_STORE=False", "node1", 29500)]
    public void TheEnvironmentTellsWhereToMeet(string environment, string host, int port) =>
        Assert.Equal(new DnsEndPoint(host, port), TcpRendezvous.Place(Variables(environment)));

    [Theory]
    [InlineData("MASTER_PORT=29500")]
    [InlineData("MASTER_ADDR=node1")]
    [InlineData("MASTER_ADDR=node1 MASTER_PORT=0")]
    [InlineData("MASTER_ADDR=node1 MASTER_PORT=70000")]
    public void WithoutAPlaceItSaysWhatIsMissing(string environment) => Assert.Contains(
        "which is no place to meet; torchrun sets both",
        Assert.Throws<InvalidOperationException>(() => TcpRendezvous.Place(Variables(environment))).Message, StringComparison.Ordinal);

    /// <summary>In whatever order they start, they hear the same, in the order of their ranks.</summary>
    [Theory]
    [InlineData(2, "localhost")]
    [InlineData(4, "127.0.0.1")]
    public void RanksHearEachOther(int count, string host)
    {
        double[][] totals = new double[count][];
        string[][] words = new string[count][];
        bool[] any = new bool[count];
        Run(count, host, Patience, startsAfter: rank => 150 * (count - rank - 1), ranks =>
        {
            IProcessGroup meeting = ranks;
            for (int i = 0; i < 50; i++)
            {
                totals[ranks.Rank] = ranks.AllReduceScalars(ranks.Rank * 0.1, 1);
            }

            // Of different lengths, one of them longer than any buffer of the system's.
            words[ranks.Rank] = [.. ranks.AllGatherBytes(Encoding.UTF8.GetBytes(new string((char)('a' + ranks.Rank), 3_000_000 * ranks.Rank))).Select(Encoding.UTF8.GetString)];
            any[ranks.Rank] = meeting.Any(ranks.Rank == count - 1);
            Assert.Equal("zero", Encoding.UTF8.GetString(meeting.BroadcastBytes(Encoding.UTF8.GetBytes(ranks.Rank == 0 ? "zero" : "other"))));
            Assert.Equal($"{count} ranks on 1 machine, TCP", ranks.Description);
            ranks.Complete();
            ranks.Complete(); // says nothing that nobody hears
        });
        Assert.All(totals, of => Assert.Equal([Enumerable.Range(0, count).Sum(r => r * 0.1), count], of));
        Assert.All(words, of => Assert.Equal(Enumerable.Range(0, count).Select(r => new string((char)('a' + r), 3_000_000 * r)), of));
        Assert.All(any, Assert.True);
    }

    [Fact]
    public void ARankThatStaysAwayIsNamed()
    {
        int port = FreePort.Find();
        var errors = new Exception?[3];
        long start = Stopwatch.GetTimestamp();
        Parallel(3, rank => errors[rank] = rank == 1 ? null : Record.Exception(() => Meet(rank, 3, "127.0.0.1", port, Short)));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Patience);
        Assert.Contains($"2 of 3 ranks came to 127.0.0.1:{port} within 1 s (missing: 1); were all machines' processes started", Assert.IsType<InvalidOperationException>(errors[0]).Message, StringComparison.Ordinal);
        Assert.Equal(0, Assert.IsType<RankLostException>(errors[2]).Rank);
    }

    [Fact]
    public void WithoutRankZeroItSaysWhereItWasLookedFor()
    {
        int port = FreePort.Find();
        string message = Assert.Throws<InvalidOperationException>(() => Meet(1, 2, "127.0.0.1", port, Short)).Message;
        Assert.Contains($"rank 1 did not reach rank 0 at 127.0.0.1:{port} within 1 s (", message, StringComparison.Ordinal);
        Assert.Contains("was rank 0 started", message, StringComparison.Ordinal);
    }

    [Fact]
    public void APortThatIsTakenIsNamed()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        Assert.Contains(
            "name a free port in MASTER_PORT", Assert.Throws<InvalidOperationException>(() => Meet(0, 2, "127.0.0.1", port, Short)).Message, StringComparison.Ordinal);
        Assert.Contains(
            $"rank 1 did not reach rank 0 at 127.0.0.1:{port}", Assert.Throws<InvalidOperationException>(() => Meet(1, 2, "127.0.0.1", port, Short)).Message, StringComparison.Ordinal);
    }

    /// <summary>Who speaks another language, hangs up, or comes from a run of another size, is sent away and holds nobody up.</summary>
    [Fact]
    public void StrangersAreNoRanks()
    {
        int port = FreePort.Find();
        bool met = false;
        Parallel(3, rank =>
        {
            if (rank == 2)
            {
                Thread.Sleep(300);
                foreach (string greeting in new[] { "GET / HTTP/1.1\r\n\r\n", "" })
                {
                    using var stranger = new TcpClient("127.0.0.1", port);
                    stranger.GetStream().Write(Encoding.ASCII.GetBytes(greeting));
                }

                Assert.Throws<InvalidOperationException>(() => Meet(1, 5, "127.0.0.1", port, TimeSpan.FromMilliseconds(300)));
                return;
            }

            Thread.Sleep(rank * 1_000);
            using TcpProcessGroup ranks = Meet(rank, 2, "127.0.0.1", port, Patience);
            met = ranks.AllReduceScalars(1)[0] == 2;
            ranks.Complete();
        });
        Assert.True(met);
    }

    /// <summary>Whoever leaves without a word is named to all who wait, and by its own number.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void ARankThatLeavesIsMissed(int victim)
    {
        var lost = new int[3];
        int[] missed = [-1, -1, -1];
        Run(3, "127.0.0.1", Patience, _ => 0, ranks =>
        {
            ranks.RankLost = rank => missed[ranks.Rank] = rank;
            if (ranks.Rank == victim)
            {
                ranks.AllReduceScalars(0);
                return;
            }

            lost[ranks.Rank] = Assert.Throws<RankLostException>(() =>
            {
                ranks.AllReduceScalars(0); // its answer may come too late
                ranks.AllReduceScalars(1);
            }).Rank;
        });
        Assert.All(Enumerable.Range(0, 3).Where(rank => rank != victim), rank => Assert.Equal((victim, victim), (lost[rank], missed[rank])));
    }

    private static Func<string, string?> Variables(string environment) =>
        environment.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]).GetValueOrDefault;

    private static void Run(int count, string host, TimeSpan patience, Func<int, int> startsAfter, Action<TcpProcessGroup> work)
    {
        int port = FreePort.Find();
        Parallel(count, rank =>
        {
            Thread.Sleep(startsAfter(rank));
            using TcpProcessGroup ranks = Meet(rank, count, host, port, patience);
            work(ranks);
        });
    }

    private static TcpProcessGroup Meet(int rank, int count, string host, int port, TimeSpan patience) =>
        new(new LaunchContext(Launcher.Torchrun, rank, count, rank), new DnsEndPoint(host, port), patience);

    private static void Parallel(int count, Action<int> work)
    {
        var failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() => failures[rank] = Record.Exception(() => work(rank))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
    }
}
