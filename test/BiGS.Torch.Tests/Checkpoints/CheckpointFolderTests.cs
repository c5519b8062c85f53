using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public static TheoryData<string> Heads =>
        ["BiGSForMaskedLM", "BiGSForSequenceClassification", "BiGSForTokenClassification", "BiGSForQuestionAnswering"];

    private string Folder => Path.Combine(_temporary.Path, "model");

    private string Weights => Path.Combine(Folder, CheckpointFolder.WeightsName);

    private string Config => Path.Combine(Folder, ConfigFile.Name);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void WhatIsSavedOpensToTheSameBits(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        foreach (bool maskPadding in (bool[])[true, false])
        {
            HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing) with { MaskPadding = maskPadding, LayerAct = LayerActivation.GeluTanh });
            CheckpointFolder.Save(Folder, model);
            OpenedCheckpoint opened = CheckpointFolder.Open(Folder);
            Assert.Empty(opened.Warnings);
            Assert.Equal(model.Config, opened.Model.Config);
            Assert.False(opened.Model.training);
            AssertSame(model, opened.Model);
        }

        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void HeadsOpenAsThemselves(string head)
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config(), head: head);
        CheckpointFolder.Save(Folder, model);
        HeadedModel opened = CheckpointFolder.Open(Folder).Model;
        Assert.Equal((head, model.GetType()), (opened.Architecture, opened.GetType()));
        AssertSame(model, opened);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void ConvertingNeverChangesTheFunction()
    {
        using var scope = NewDisposeScope();
        foreach (string folder in (string[])["masked_lm", "bert_masked_lm", "sequence_classification"])
        {
            OpenedCheckpoint first = CheckpointFolder.Open(GoldenFiles.Path(folder));
            CheckpointFolder.Save(Folder, first.Model, first.File);
            OpenedCheckpoint second = CheckpointFolder.Open(Folder);
            Assert.Empty(second.Warnings);
            Assert.Equal(first.Model.Config, second.Model.Config);
            AssertSame(first.Model, second.Model);
        }
    }

    [Fact]
    public void AnotherHeadStartsFreshAndSaysSo()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config() with { NumLabels = 4 });
        CheckpointFolder.Save(Folder, model);
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder, new TorchOptions { Architecture = "BiGSForSequenceClassification" });
        Assert.IsType<BiGSForSequenceClassification>(opened.Model);
        string fresh = Assert.Single(opened.Warnings, warning => warning.Contains("fresh", StringComparison.Ordinal));
        foreach (string name in (string[])["bigs.pooler.dense.weight", "bigs.pooler.dense.bias", "classifier.weight", "classifier.bias"])
        {
            Assert.Contains(name, fresh, StringComparison.Ordinal);
        }

        string placeless = Assert.Single(opened.Warnings, warning => warning.Contains("have no place", StringComparison.Ordinal));
        Assert.Equal(5, placeless.Split("\"cls.predictions.").Length - 1);
        Assert.NotEqual(0, opened.Model.get_parameter("classifier.weight")!.abs().max().item<float>());
        // The encoder is the one that was saved.
        var input = new ModelInput(SmallModels.Ids(2, 9, 1));
        Assert.True(model.Bigs.Encode(input).equal(opened.Model.Bigs.Encode(input)).all().item<bool>());
    }

    [Fact]
    public void ReshapingChangesWhatIsBuilt()
    {
        CheckpointFolder.Save(Folder, SmallModels.Build(SmallModels.Config()));
        OpenedCheckpoint opened = CheckpointFolder.Open(
            Folder, new TorchOptions { Architecture = "BiGSForTokenClassification", Configure = config => config with { NumLabels = 17 } });
        Assert.Equal([17, 12], opened.Model.get_parameter("classifier.weight")!.shape);
        Assert.Equal(17, opened.File.Config.NumLabels);
    }

    [Fact]
    public void BertsNamesAreOurs()
    {
        using var scope = NewDisposeScope();
        BiGSConfig config = SmallModels.Config(Architecture.Stack, Routing.Attention) with { PreNorm = false, PoolerType = PoolerType.Cls };
        HeadedModel model = SmallModels.Build(config);
        CheckpointFolder.Save(Folder, model);
        SafetensorsWriter.Write(
            Weights,
            [
                .. model.named_parameters().Select(p => (BertNames.Of(p.name), (Tensor)p.parameter)),
                ("cls.predictions.decoder.weight", (Tensor)model.Bigs.Embeddings.WordTable),
                ("cls.seq_relationship.weight", ones(2, 12)), ("cls.seq_relationship.bias", ones(2)),
                ("bert.embeddings.position_ids", arange(64).unsqueeze(0)),
                ("bert.pooler.dense.weight", ones(12, 12)), ("bert.pooler.dense.bias", ones(12)),
            ]);
        File.WriteAllText(
            Config,
            """
            {
              "model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": 40, "hidden_size": 12, "num_hidden_layers": 2, "hidden_act": "gelu",
              "num_attention_heads": 3, "intermediate_size": 20, "max_position_embeddings": 64, "hidden_dropout_prob": 0.1, "layer_norm_eps": 1e-12
            }
            """);
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder);
        Assert.Empty(opened.Warnings);
        AssertSame(model, opened.Model);
    }

    [Fact]
    public void MissingWeightsAreNamed()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config());
        CheckpointFolder.Save(Folder, model);
        SafetensorsWriter.Write(Weights, [.. model.named_parameters().Where(p => !p.name.Contains("1.dol", StringComparison.Ordinal)).Select(p => (p.name, (Tensor)p.parameter))]);
        string message = Assert.Throws<InvalidDataException>(() => CheckpointFolder.Open(Folder)).Message;
        Assert.StartsWith(Weights, message, StringComparison.Ordinal);
        Assert.Contains("lacks 2 weights", message, StringComparison.Ordinal);
        Assert.Contains("\"bigs.encoder.layer.1.dol.bias\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongShapeIsNamed()
    {
        CheckpointFolder.Save(Folder, SmallModels.Build(SmallModels.Config()));
        ChangeConfig(config => config["intermediate_size"] = 24);
        string message = Assert.Throws<InvalidDataException>(() => CheckpointFolder.Open(Folder)).Message;
        Assert.StartsWith(Weights, message, StringComparison.Ordinal);
        Assert.Contains("asks for (24", message, StringComparison.Ordinal);
        Assert.Contains("has the shape (20", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWeightWithoutAPlaceIsToldAndLeftOut()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config());
        CheckpointFolder.Save(Folder, model);
        SafetensorsWriter.Write(Weights, [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), ("bigs.encoder.layer.7.dv.bias", ones(3))]);
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder);
        Assert.Contains("bigs.encoder.layer.7.dv.bias", Assert.Single(opened.Warnings), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => CheckpointFolder.Restore(Folder, SmallModels.Build(SmallModels.Config())));
    }

    [Fact]
    public void AFolderWithoutItsFilesSaysWhatItLacks()
    {
        string message = Assert.Throws<FileNotFoundException>(() => CheckpointFolder.Open(Folder)).Message;
        Assert.Contains(Folder, message, StringComparison.Ordinal);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
        CheckpointFolder.Save(Folder, SmallModels.Build(SmallModels.Config()));
        File.Delete(Weights);
        Assert.Contains("model.safetensors", Assert.Throws<FileNotFoundException>(() => CheckpointFolder.Open(Folder)).Message, StringComparison.Ordinal);
        ChangeConfig(config => config["architectures"] = new JsonArray("BiGSForChess"));
        Assert.Contains("BiGSForChess", Assert.ThrowsAny<Exception>(() => CheckpointFolder.Open(Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InertKeysTravelThroughOpeningAndSaving()
    {
        CheckpointFolder.Save(Folder, SmallModels.Build(SmallModels.Config()));
        ChangeConfig(config => config["_name_or_path"] = "some/where");
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder);
        CheckpointFolder.Save(Folder, opened.Model, opened.File);
        Assert.Contains("some/where", File.ReadAllText(Config), StringComparison.Ordinal);
    }

    private void ChangeConfig(Action<JsonObject> change)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        change(config);
        File.WriteAllText(Config, config.ToJsonString());
    }

    private static void AssertSame(HeadedModel expected, HeadedModel actual)
    {
        using var scope = NewDisposeScope();
        var input = new ModelInput(SmallModels.Ids(3, 20, seed: 8), SmallModels.Mask(20, 20, 13, 1));
        ModelOutput a = expected.Forward(input);
        ModelOutput b = actual.Forward(input);
        foreach ((string name, Tensor result) in a.Results)
        {
            Assert.True(result.equal(b.Results[name]).all().item<bool>(), name);
        }

        Assert.True(a.LastHiddenState.equal(b.LastHiddenState).all().item<bool>());
    }
}
