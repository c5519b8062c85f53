using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

public class PositionExtensionTests
{
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void ShortRowsAreReadAsBefore(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        (string source, string target) = (Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"));
        HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing));
        CheckpointFolder.Save(source, model);
        PositionExtension.Extend(source, target, 150);
        HeadedModel longer = CheckpointFolder.Open(target).Model;
        Assert.Equal(150, longer.Config.MaxPositionEmbeddings);
        var row = new ModelInput(SmallModels.Ids(2, 64, 5));
        Assert.True(model.Forward(row).LastHiddenState.allclose(longer.Forward(row).LastHiddenState, 1e-5, 1e-6));
        Assert.Equal([1L, 150L, 12L], longer.Forward(new ModelInput(SmallModels.Ids(1, 150, 6))).LastHiddenState.shape);
    }

    [Fact]
    public void PositionsAreRepeatedOrStretched()
    {
        using var scope = NewDisposeScope();
        Tensor table = tensor([0f, 10f, 20f]).unsqueeze(1);
        Assert.Equal([0f, 10f, 20f, 0f, 10f], PositionExtension.Grown(table, 5, PositionGrowth.Repeat).flatten().data<float>().ToArray());
        Assert.Equal([0f, 5f, 10f, 15f, 20f], PositionExtension.Grown(table, 5, PositionGrowth.Interpolate).flatten().data<float>().ToArray());
    }

    [Fact]
    public void AModelIsOnlyMadeLonger()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        CheckpointFolder.Save(folder.Path, SmallModels.Build(SmallModels.Config()));
        Assert.Contains("64 positions", Assert.Throws<ArgumentException>(() => PositionExtension.Extend(folder.Path, folder.Path + "/b", 64)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutATableOnlyTheConfigurationGrows()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        HeadedModel model = SmallModels.Build(SmallModels.Config() with { PositionEmbeddingType = PositionEmbedding.None });
        CheckpointFolder.Save(folder.Path, model);
        PositionExtension.Extend(folder.Path, folder.Path + "/b", 200);
        HeadedModel longer = CheckpointFolder.Open(folder.Path + "/b").Model;
        Assert.Equal(200, longer.Config.MaxPositionEmbeddings);
        var row = new ModelInput(SmallModels.Ids(1, 100, 5));
        Assert.True(model.Forward(row).LastHiddenState.allclose(longer.Forward(row).LastHiddenState, 1e-5, 1e-6));
    }
}
