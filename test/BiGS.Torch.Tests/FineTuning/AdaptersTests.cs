using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.FineTuning;

public class AdaptersTests
{
    private const string Head = "BiGSForSequenceClassification";

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void MergedKeptApartAndOnAreOneFunction(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var folder = new TemporaryFolder();
        string apart = Path.Combine(folder.Path, "apart");
        HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing), head: Head);
        CheckpointFolder.Save(folder.Path, model);
        var row = new ModelInput(SmallModels.Ids(3, 20, 4));
        Tensor before = model.Forward(row).Results["logits"];
        model.AddAdapters(rank: 2, alpha: 4, seed: 3);
        Assert.True(before.equal(model.Forward(row).Results["logits"]).all().item<bool>(), "fresh adapters change nothing");

        using var generator = new Generator(9);
        foreach ((string name, var parameter) in model.named_parameters().Where(p => p.name.EndsWith("lora_B", StringComparison.Ordinal) || p.name.StartsWith("classifier", StringComparison.Ordinal)))
        {
            parameter.add_(empty(parameter.shape).normal_(0, 0.2, generator));
        }

        Tensor adapted = model.Forward(row).Results["logits"];
        Assert.False(before.allclose(adapted, 1e-2));
        Tensor merged = model.WithoutAdapters().Forward(row).Results["logits"];
        Assert.True(adapted.allclose(merged, 1e-4, 1e-5), $"{adapted.sub(merged).abs().max().item<float>()}");
        AdapterFolder.Save(apart, model, CheckpointFolder.ReadConfig(folder.Path), folder.Path, rank: 2, alpha: 4);
        OpenedCheckpoint opened = CheckpointFolder.Open(apart);
        Assert.Empty(opened.Warnings);
        Assert.True(adapted.allclose(opened.Model.Forward(row).Results["logits"], 1e-4, 1e-5));
        Assert.True(new FileInfo(Path.Combine(apart, "adapter_model.safetensors")).Length < new FileInfo(Path.Combine(folder.Path, "model.safetensors")).Length);
    }

    [Fact]
    public void AdaptersWithoutTheirModelSaySo()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        HeadedModel model = SmallModels.Build(SmallModels.Config(), head: Head);
        model.AddAdapters(2, 4, 1);
        AdapterFolder.Save(folder.Path, model, new ConfigFile(model.Config, Head, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>()), "/gone/model", 2, 4);
        Assert.Contains("/gone/model", Assert.Throws<FileNotFoundException>(() => CheckpointFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }
}
