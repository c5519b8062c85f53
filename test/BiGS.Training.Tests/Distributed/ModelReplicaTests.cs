using System.Text.Json;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.Distributed;
using BiGS.Training.Tests.Training;

namespace BiGS.Training.Tests.Distributed;

/// <summary>Several ranks are one run: what they log and write is what one process does with the same batches.</summary>
[Collection(TorchGlobals.Name)]
public sealed class ModelReplicaTests : IDisposable
{
    private const double Limit = 1e-5;

    private readonly TemporaryFolder _temporary = new();

    public static MatrixTheoryData<int, bool, int> Ways => new([2, 3, 4], [false, true], [1, 2]);

    public void Dispose() => _temporary.Dispose();

    /// <summary>Five rows a batch go into two, three or four parts that are not equal.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void RanksLearnWhatOneProcessLearns(int worldSize, bool sharded, int accumulate)
    {
        TinyRun run = Run(sharded, accumulate);
        run.Train(Folder("one"));
        Train(run, "many", worldSize);
        Same("one", "many");
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EveryModelDoes(Architecture architecture, Routing routing)
    {
        TinyRun run = Run(sharded: true, accumulate: 1, config: SmallModels.Config(architecture, routing));
        run.Train(Folder("one"));
        Train(run, "many", 2);
        Same("one", "many");
    }

    /// <summary>A hundred steps of Muon, whose matrices are whole on the ranks that step a part of them.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void RanksLearnWithMuonWhatOneProcessLearns(int worldSize, bool sharded)
    {
        TinyRun run = Run(sharded, accumulate: 1, options => options with { Optimizer = Optimizer.Muon, Steps = 100 });
        run.Train(Folder("one"));
        Train(run, "many", worldSize);
        Same("one", "many");
    }

    [Fact]
    public void BlocksThatAreComputedAgainDoSo()
    {
        TinyRun run = Run(sharded: false, accumulate: 1, options => options with { Recompute = true });
        run.Train(Folder("one"));
        Train(run, "many", 2);
        Same("one", "many");
    }

    /// <summary>A run of four ranks goes on with two, with eight and with one, sharded or not, over the same batches.</summary>
    [Fact]
    public void ARunGoesOnWithAnyNumberOfRanks()
    {
        TinyRun run = Run(sharded: false, accumulate: 1);
        TinyRun sharded = Run(sharded: true, accumulate: 1);
        run.Train(Folder("one"));
        Train(sharded, "many", 4, stopAfter: 3);
        Train(run, "many", 2, stopAfter: 6);
        Train(sharded, "many", 5, stopAfter: 9);
        Train(run, "many", 1);
        Same("one", "many");
    }

    /// <summary>The same ranks give the same bits, whether they were interrupted or not.</summary>
    [Theory]
    [InlineData(false, Optimizer.AdamW)]
    [InlineData(true, Optimizer.AdamW)]
    [InlineData(false, Optimizer.Muon)]
    [InlineData(true, Optimizer.Muon)]
    public void AnInterruptedRunGoesOnExactly(bool sharded, Optimizer optimizer)
    {
        TinyRun run = Run(sharded, accumulate: 1, options => options with { Optimizer = optimizer });
        Train(run, "whole", 3);
        Train(run, "cut", 3, stopAfter: 4);
        Train(run, "cut", 3);
        Assert.Equal(TinyRun.Log(Folder("whole")), TinyRun.Log(Folder("cut")));
        Assert.Equal(TinyRun.Files(Folder("whole")), TinyRun.Files(Folder("cut")));
    }

    /// <summary>With the first layers still to come, the last ones' gradients are on their way already.</summary>
    [Fact]
    public void GradientsAreSentWhileTheBackwardPassRuns()
    {
        using var model = SmallModels.MaskedLm(SmallModels.Config() with { NumHiddenLayers = 4, HiddenSize = 192, IntermediateSize = 384 });
        IReadOnlyList<IReadOnlyList<(string Name, TorchSharp.Modules.Parameter Parameter)>> stages = BackwardStages.Create(model);
        Assert.Equal(model.named_parameters().Select(p => p.name).Order(), stages.SelectMany(stage => stage.Select(p => p.Name)).Order());
        RanksInMemory.Run(1, ranks =>
        {
            using var buckets = new BiGS.Training.Distributed.GradientBuckets(stages, ranks, sharded: false);
            Assert.InRange(buckets.Count, 2, 16);
            var begun = new List<int>();
            for (int step = 0; step < 2; step++)
            {
                begun.Clear();
                int before = ranks.Begun;
                model.Bigs.LayerGradientsReady = layer =>
                {
                    buckets.BeginUpTo(BackwardStages.StageOfLayer(layer, 4));
                    begun.Add(ranks.Begun - before);
                };
                buckets.Clear();
                using (TorchSharp.torch.NewDisposeScope())
                {
                    model.LogitsAt(new ModelInput(SmallModels.Ids(2, 8, seed: 1)), TorchSharp.torch.tensor(new long[] { 1, 9 })).sum().backward();
                }

                buckets.Complete();
            }

            Assert.Equal(4, begun.Count);
            Assert.True(begun[0] > 0 && begun[3] > begun[0] && begun[3] < buckets.Count, $"begun after each layer: {string.Join(", ", begun)} of {buckets.Count}");
        });
    }

    /// <summary>What differs by one bit on one rank is found out before it is saved.</summary>
    [Fact]
    public void CopiesThatDriftApartAreFoundOut()
    {
        TinyRun run = Run(sharded: false, accumulate: 1);
        var error = Assert.Throws<InvalidOperationException>(() => RanksInMemory.Run(2, ranks => run.Train(
            Folder("drift"), run.NewModel(seed: 3 + ranks.Rank), ranks: ranks)));
        Assert.Contains("rank 1 has come to other weights", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RanksThatSeeDifferentFoldersAreToldSo()
    {
        TinyRun run = Run(sharded: false, accumulate: 1);
        run.Train(Folder("here"));
        var error = Assert.Throws<InvalidDataException>(() => RanksInMemory.Run(2, ranks => run.Train(Folder(ranks.Rank == 0 ? "here" : "there"), ranks: ranks)));
        Assert.Contains("a disk that all machines share", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreRanksThanRowsAreRefused()
    {
        TinyRun run = Run(sharded: false, accumulate: 1);
        var error = Assert.Throws<ArgumentException>(() => Train(run, "many", 6));
        Assert.Contains("6 ranks are to share batches of 5 rows", error.Message, StringComparison.Ordinal);
    }

    private static TinyRun Run(bool sharded, int accumulate, Func<TrainingOptions, TrainingOptions>? with = null, BiGSConfig? config = null)
    {
        TrainingOptions options = new TinyRun().Options with { ShardOptimizer = sharded, Accumulate = accumulate };
        return new TinyRun { Options = with?.Invoke(options) ?? options, Config = config ?? SmallModels.Config(), BatchSize = 5 };
    }

    private void Train(TinyRun run, string name, int worldSize, long stopAfter = long.MaxValue) => RanksInMemory.Run(worldSize, ranks =>
    {
        using var cancel = new CancellationTokenSource();
        run.Train(Folder(name), ranks: ranks, cancellationToken: cancel, told: step =>
        {
            // One rank alone is asked to stop, and all do.
            if (step.Step == stopAfter && ranks.Rank == worldSize - 1)
            {
                cancel.Cancel();
            }
        });
    });

    /// <summary>Rows of the log, number by number.</summary>
    private void Same(string one, string many)
    {
        (JsonElement[] expected, JsonElement[] found) = (Rows(one), Rows(many));
        Assert.Equal(expected.Length, found.Length);
        foreach ((JsonElement row, JsonElement other) in expected.Zip(found))
        {
            foreach (JsonProperty value in row.EnumerateObject().Where(value => value.Name is not "tokens_per_second"))
            {
                double distance = Math.Abs(value.Value.GetDouble() - other.GetProperty(value.Name).GetDouble());
                Assert.True(distance <= Limit, $"step {row.GetProperty("step")}: {value.Name} differs by {distance:g3}");
            }
        }
    }

    private JsonElement[] Rows(string name) => [.. TinyRun.Log(Folder(name)).Select(line => JsonDocument.Parse(line).RootElement)];

    private string Folder(string name) => Path.Combine(_temporary.Path, name);
}
