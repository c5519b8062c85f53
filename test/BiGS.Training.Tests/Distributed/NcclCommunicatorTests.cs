using BiGS.Support;
using BiGS.Training.Distributed;
using BiGS.Training.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Distributed;

/// <summary>What NCCL is asked for and in which order, against the plainest communicator. Its own functions stand in memory; a GPU has yet to see them.</summary>
[Collection(TorchGlobals.Name)]
public sealed class NcclCommunicatorTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    /// <summary>Lengths that divide into equal parts and such that do not; fewer elements than ranks.</summary>
    public static MatrixTheoryData<int, int, ScalarType> Shapes => new([1, 2, 3, 4], [2, 12, 1_001], [ScalarType.Float32, ScalarType.Float64]);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryMessageBringsWhatRanksInMemoryBring(int worldSize, int n, ScalarType type) => RanksInMemory.Run(worldSize, plain =>
    {
        using var scope = NewDisposeScope();
        using NcclCommunicator nccl = Joined(plain);
        (long start, long length) = ((ICommunicator)plain).Part(n, plain.Rank);
        Tensor values = (arange(n, type) + (plain.Rank * 0.3)) / 7;
        foreach ((Func<ICommunicator, Func<Tensor, IWork>> way, bool ownOnly) in ((Func<ICommunicator, Func<Tensor, IWork>>, bool)[])
            [(ranks => ranks.AllReduce, false), (ranks => ranks.ReduceScatter, true), (ranks => ranks.AllGather, false), (ranks => ranks.Broadcast, false)])
        {
            (Tensor expected, Tensor found) = (values.clone(), values.clone());
            way(plain)(expected).Wait();
            way(nccl)(found).Wait();
            Assert.True(ownOnly ? expected.narrow(0, start, length).Equals(found.narrow(0, start, length)) : expected.Equals(found));
        }

        Assert.Equal(plain.AllReduceScalars(plain.Rank, 1), nccl.AllReduceScalars(plain.Rank, 1));
        Assert.Equal($"{worldSize} threads and NCCL 2.27.5", nccl.Description);
        nccl.Complete();
    });

    /// <summary>Several on their way, waited for in another order, between operations of libtorch that come before and after.</summary>
    [Fact]
    public void MessagesWaitForWhatIsComputedAndWhatIsComputedForThem() => RanksInMemory.Run(3, plain =>
    {
        using var scope = NewDisposeScope();
        using NcclCommunicator nccl = Joined(plain);
        for (int round = 0; round < 5; round++)
        {
            Tensor[] all = [.. Enumerable.Range(0, 4).Select(i => full(10 + i, plain.Rank + i, ScalarType.Float32))];
            IWork[] work = [.. all.Select(nccl.AllReduce)];
            for (int i = 3; i >= 0; i--)
            {
                work[i].Wait();
                Assert.Equal(Enumerable.Repeat(3f + (3 * i), 10 + i), all[i].data<float>().ToArray());
            }
        }

        Assert.True(nccl.BusyTime > TimeSpan.Zero && nccl.WaitTime > TimeSpan.Zero);
        nccl.Complete();
    });

    /// <summary>A whole training run comes to the very bits that ranks in memory come to.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void ARunOnItIsTheSameRun(int worldSize, bool sharded)
    {
        TinyRun run = new() { Options = new TinyRun().Options with { ShardOptimizer = sharded }, Config = SmallModels.Config(), BatchSize = 5 };
        RanksInMemory.Run(worldSize, ranks => run.Train(Folder("plain"), ranks: ranks));
        RanksInMemory.Run(worldSize, ranks =>
        {
            using NcclCommunicator nccl = Joined(ranks);
            run.Train(Folder("nccl"), ranks: nccl);
        });
        Assert.Equal(TinyRun.Log(Folder("plain")), TinyRun.Log(Folder("nccl")));
        Assert.Equal(TinyRun.Files(Folder("plain")), TinyRun.Files(Folder("nccl")));
    }

    [Fact]
    public void TwoRanksOnOneGpuAreAnError()
    {
        var error = Assert.Throws<IOException>(() => RanksInMemory.Run(2, ranks =>
            new NcclCommunicator(ranks, gpu: 0, StreamsInMemory.New(), NcclInMemory.Library, CPU)));
        Assert.Contains("NCCL: invalid usage (code 5); NCCL_DEBUG=WARN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNcclCannotSendIsRefused() => RanksInMemory.Run(1, ranks =>
    {
        using var scope = NewDisposeScope();
        using NcclCommunicator nccl = Joined(ranks);
        Assert.Contains("ranks exchange float32 and float64", Assert.Throws<NotSupportedException>(() => nccl.AllReduce(zeros(2, ScalarType.Int64))).Message, StringComparison.Ordinal);
        using var onGpus = new NcclCommunicator(ranks, 0, StreamsInMemory.New(), NcclInMemory.Library, new Device(DeviceType.CUDA, 0));
        Assert.Contains("was to be sent by NCCL, and this rank's are on cuda:0; move the model there first", Assert.Throws<NotSupportedException>(() => onGpus.AllReduce(zeros(2))).Message, StringComparison.Ordinal);
    });

    /// <summary>Nothing is sent any more once a rank is gone, and whoever is to be told is told first.</summary>
    [Fact]
    public void ALostRankIsNotWaitedFor() => RanksInMemory.Run(1, ranks =>
    {
        using var scope = NewDisposeScope();
        int missed = -1;
        ranks.RankLost = rank => missed = rank;
        using NcclCommunicator nccl = Joined(ranks);
        IWork begun = nccl.AllReduce(zeros(2));
        ranks.RankLost(3);
        Assert.Equal(3, missed);
        Assert.Equal(3, Assert.Throws<RankLostException>(begun.Wait).Rank);
        Assert.Equal(3, Assert.Throws<RankLostException>(() => nccl.AllReduce(zeros(2))).Rank);
    });

    [Theory]
    [InlineData("", "libnccl.so.2")]
    [InlineData("BIGS_NCCL=/opt/libnccl.so", "/opt/libnccl.so")]
    [InlineData("BIGS_LIBTORCH=/site/torch/lib", "libnccl.so.2 /site/torch/lib/libnccl.so.2 /site/nvidia/nccl/lib/libnccl.so.2")]
    public void NcclIsLookedForBesideLibtorch(string environment, string files)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(files.Split(' '), NcclLibrary.Files(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData(3, 8, 3)]
    [InlineData(3, 1, 0)] // each rank sees its own GPU only
    [InlineData(5, 4, 1)]
    [InlineData(2, 0, 0)]
    public void ARankTakesOneOfTheGpusThatItSees(int localRank, int seen, int gpu) =>
        RanksInMemory.Run(localRank + 1, ranks => Assert.True(ranks.Rank != localRank || ((IProcessGroup)ranks).SelectGpu(seen) == gpu));

    private static NcclCommunicator Joined(RanksInMemory ranks) =>
        new(ranks, ((IProcessGroup)ranks).SelectGpu(8), StreamsInMemory.New(), NcclInMemory.Library, CPU);

    private string Folder(string name) => Path.Combine(_temporary.Path, name);
}
