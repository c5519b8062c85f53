using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Distributed;
using BiGS.Training.Planning;

namespace BiGS.Training.Tests.Planning;

/// <summary>Counts against the model itself and the paper; plans against their own arithmetic at the ends.</summary>
public class PlanTests
{
    private static readonly RunPlan Large = new()
    {
        BatchSize = 760,
        Accumulate = 1,
        Length = 128,
        Steps = 1_000,
        Parameters = 346_314_134,
        TokensPerSecond = 150_000,
        AllReduce = new AllReduceCost(25e9, 1e-5, 8),
        Overlap = 0.8,
    };

    public static TheoryData<Architecture, Routing, Merge, int, PositionEmbedding, bool> Shapes => new MatrixTheoryData<Architecture, Routing, Merge, int, PositionEmbedding, bool>(
        Enum.GetValues<Architecture>(), Enum.GetValues<Routing>(), [Merge.Multiply, Merge.Concat], [1, 3], Enum.GetValues<PositionEmbedding>(), [true, false]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void CountsWhatTheModelLearns(Architecture architecture, Routing routing, Merge merge, int kernels, PositionEmbedding positions, bool preNorm)
    {
        BiGSConfig config = SmallModels.Config(architecture, routing) with { Merge = merge, NumSsmHeads = kernels, PositionEmbeddingType = positions, PreNorm = preNorm };
        using var model = new BiGSForMaskedLM(config, SsmRoutes.Auto);
        Assert.Equal(model.parameters().Sum(parameter => parameter.numel()), ParameterCount.Compute(config));
    }

    [Fact]
    public void TheLargeModelCostsWhatThePaperSays()
    {
        BiGSConfig large = Presets.Get("large");
        Assert.Equal(346_314_134, ParameterCount.Compute(large));
        TrainingCost cost = TrainingCost.Estimate(large, 128, 0.15, recompute: false);
        Assert.Equal(8.1e10, 128 * cost.Layers, 0.05e10);
        Assert.Equal(3 * (cost.Layers + (0.3 * 1024 * (1024 + 30522))), cost.PerToken, 1);
        Assert.Equal(cost.PerToken + cost.Layers, (cost with { Recompute = true }).ComputedPerToken, 1);
    }

    [Fact]
    public void OneDeviceWaitsForNobody()
    {
        RankPlan alone = Large.ForRanks(1);
        Assert.Equal(97_280 / 150_000.0, alone.StepSeconds, 1e-9);
        Assert.Equal(1, alone.Efficiency, 1e-9);
        Assert.Equal(0, alone.Waiting);
        Assert.Equal(1_000 * alone.StepSeconds / 3600, alone.DeviceHours, 1e-6);
    }

    [Fact]
    public void ABatchThatDoesNotDivideWaitsForItsLongestShare()
    {
        RankPlan uneven = (Large with { AllReduce = new AllReduceCost(1e30, 0, 1) }).ForRanks(64);
        Assert.Equal(12, uneven.Rows);
        Assert.Equal(760.0 / (64 * 12), uneven.Efficiency, 1e-6);
    }

    [Fact]
    public void OnlyTheLastBatchOfAStepHidesItsGradients()
    {
        RankPlan whole = Large.ForRanks(8);
        RankPlan parts = (Large with { BatchSize = 190, Accumulate = 4 }).ForRanks(8);
        Assert.Equal(whole.Communication, parts.Communication);
        Assert.True(parts.Exposed > whole.Exposed, "a quarter of the backward pass hides less than all of it");
    }

    [Fact]
    public void MomentsAreSharedOut()
    {
        Assert.Equal(16e6, DeviceMemory.Estimate(1_000_000, 1).Total);
        Assert.Equal(9e6, DeviceMemory.Estimate(1_000_000, 8).Total);
    }

    [Fact]
    public void MoreRanksThanRowsAreRefused() =>
        Assert.Contains("760", Assert.Throws<ArgumentException>(() => Large.ForRanks(761)).Message);
}
