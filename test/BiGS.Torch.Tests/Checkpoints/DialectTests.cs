using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>A model opens the same from every format, and converting between them never changes a bit of it.</summary>
public sealed class DialectTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EveryFormatGivesTheSameBitsBack(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        BiGSConfig plain = SmallModels.Config(architecture, routing);
        int number = 0;
        foreach (BiGSConfig config in (BiGSConfig[])[plain, plain with { Merge = Merge.Concat, NumSsmHeads = 3 }, plain with { PreNorm = false, LayerAct = LayerActivation.GeluTanh }])
        {
            HeadedModel model = SmallModels.Build(config);
            string last = Folder($"start{number}");
            CheckpointFolder.Save(last, model);
            using (IModelSession onnx = new OnnxBackend().Open(last))
            {
                Assert.Empty(onnx.Warnings);
            }

            foreach (WeightsFormat format in (WeightsFormat[])[WeightsFormat.PyTorch, WeightsFormat.Flax, WeightsFormat.PyTorch, WeightsFormat.Safetensors, WeightsFormat.Flax, WeightsFormat.Safetensors])
            {
                string next = Folder($"{number++}");
                CheckpointConversion.Convert(last, next, format);
                Assert.Equal([format.FileName(), "config.json"], Directory.GetFiles(next).Select(Path.GetFileName).Order(StringComparer.Ordinal).OrderBy(name => name == "config.json"));
                OpenedCheckpoint opened = CheckpointFolder.Open(next);
                Assert.Empty(opened.Warnings);
                Assert.Equal(model.Config, opened.Model.Config);
                AssertSameBits(model, opened.Model);
                last = next;
            }

            // The first and the last file of a chain are the same, byte for byte.
            Assert.Equal(File.ReadAllBytes(Path.Combine(Folder($"start{number - 6}"), "model.safetensors")), File.ReadAllBytes(Path.Combine(last, "model.safetensors")));
        }
    }

    [Theory]
    [MemberData(nameof(CheckpointFolderTests.Heads), MemberType = typeof(CheckpointFolderTests))]
    public void HeadsTravelToo(string head)
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config(), head: head);
        CheckpointFolder.Save(Folder("a"), model);
        CheckpointConversion.Convert(Folder("a"), Folder("b"), WeightsFormat.Flax);
        AssertSameBits(model, CheckpointFolder.Open(Folder("b")).Model);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void TheWeightsDecideWhereTheConfigurationIsSilent()
    {
        using var scope = NewDisposeScope();
        foreach ((string name, LayerActivation expected) in ((string, LayerActivation)[])
            [("model.safetensors", LayerActivation.Gelu), ("pytorch_model.bin", LayerActivation.Gelu), ("flax_model.msgpack", LayerActivation.GeluTanh)])
        {
            string file = GoldenFiles.Path("masked_lm", name);
            Assert.Equal(expected, CheckpointFolder.ReadConfig(file).Config.LayerAct);
            OpenedCheckpoint opened = CheckpointFolder.Open(file);
            Assert.Equal((expected, false, Scaling.Hippo), (opened.Model.Config.LayerAct, opened.Model.Config.MaskPadding, opened.Model.Config.Scaling));
            Assert.Empty(opened.Warnings);
        }
    }

    [Fact]
    public void AnExplicitKeyWinsOverTheFormat()
    {
        using var scope = NewDisposeScope();
        CheckpointFolder.Save(Folder("a"), SmallModels.Build(SmallModels.Config()), format: WeightsFormat.Flax);
        Assert.Equal((LayerActivation.Gelu, true), (CheckpointFolder.ReadConfig(Folder("a")).Config.LayerAct, CheckpointFolder.ReadConfig(Folder("a")).Config.MaskPadding));
        ChangeConfig(Folder("a"), config => Array.ForEach(["layer_act", "mask_padding"], key => config.Remove(key)));
        Assert.Equal(
            (LayerActivation.GeluTanh, false), (CheckpointFolder.ReadConfig(Folder("a")).Config.LayerAct, CheckpointFolder.ReadConfig(Folder("a")).Config.MaskPadding));
    }

    [Fact]
    public void ADecoderThatKeptTheTiedWeightsIsHeard()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config());
        CheckpointFolder.Save(Folder("a"), model);
        SafetensorsWriter.Write(Path.Combine(Folder("a"), "model.safetensors"), [.. model.named_parameters().Select(p => (p.name switch
        {
            "cls.predictions.bias" => "cls.predictions.decoder.bias",
            "bigs.embeddings.word_embeddings.weight" => "cls.predictions.decoder.weight",
            _ => p.name,
        }, (Tensor)p.parameter))]);
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder("a"));
        Assert.Empty(opened.Warnings);
        AssertSameBits(model, opened.Model);
    }

    [Fact]
    public void AnotherNumberOfLabelsStartsAFreshClassifier()
    {
        using var scope = NewDisposeScope();
        CheckpointFolder.Save(Folder("a"), SmallModels.Build(SmallModels.Config(), head: "BiGSForTokenClassification"));
        OpenedCheckpoint opened = CheckpointFolder.Open(Folder("a"), new TorchOptions { Configure = config => config with { NumLabels = 5 } });
        Assert.Contains("3 labels where 5 are asked for", Assert.Single(opened.Warnings), StringComparison.Ordinal);
        Assert.Equal(["classifier.bias", "classifier.weight"], opened.NewlyInitialized.Order());
        Assert.NotEqual(0, opened.Model.get_parameter("classifier.weight")!.abs().max().item<float>());
    }

    [Fact]
    public void HalfPrecisionAndQuantisedFiles()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config());
        CheckpointFolder.Save(Folder("a"), model);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int8])
        {
            foreach (string name in (string[])["model.safetensors", "pytorch_model.bin", "flax_model.msgpack"])
            {
                (string, Tensor)[] rounded = [.. model.named_parameters().Select(p => (p.name, p.parameter.to_type(type)))];
                string path = Path.Combine(Folder("a"), name);
                (name switch { "model.safetensors" => (Action)(() => SafetensorsWriter.Write(path, rounded)), "pytorch_model.bin" => () => PyTorchWriter.Write(path, rounded.ToNamedArrays()), _ => () => FlaxWriter.Write(path, rounded.ToNamedArrays()) })();
                if (type == ScalarType.Int8)
                {
                    Assert.Contains("quantised", Assert.Throws<InvalidDataException>(() => CheckpointFolder.Open(path)).Message, StringComparison.Ordinal);
                    continue;
                }

                HeadedModel opened = CheckpointFolder.Open(path).Model;
                Assert.All(opened.named_parameters(), p => Assert.True(
                    p.parameter.dtype == ScalarType.Float32 && p.parameter.equal(model.get_parameter(p.name)!.to_type(type).to_type(ScalarType.Float32)).all().item<bool>(), p.name));
            }
        }
    }

    [Fact]
    public void ConvertingRefusesWhatItWouldSpoil()
    {
        using var scope = NewDisposeScope();
        CheckpointFolder.Save(Folder("a"), SmallModels.Build(SmallModels.Config()));
        new WordPieceVocabulary(WordPieceVocabulary.SpecialTokens).Save(Path.Combine(Folder("a"), "vocab.txt"));
        Assert.Contains("own place", Assert.Throws<IOException>(() => CheckpointConversion.Convert(Folder("a"), Folder("a") + "/", WeightsFormat.Flax, overwrite: true)).Message);
        CheckpointConversion.Convert(Folder("a"), Folder("b"), WeightsFormat.PyTorch);
        Assert.True(File.Exists(Path.Combine(Folder("b"), "vocab.txt")));
        Assert.Contains("CheckpointConversion.Convert(overwrite)", Assert.Throws<IOException>(() => CheckpointConversion.Convert(Folder("a"), Folder("b"), WeightsFormat.Flax)).Message);
        string told = Assert.Single(CheckpointConversion.Convert(Folder("a"), Folder("b"), WeightsFormat.Flax, overwrite: true));
        Assert.Contains("mask_padding = true", told, StringComparison.Ordinal);
        Assert.Equal(["config.json", "flax_model.msgpack", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"], Directory.GetFiles(Folder("b")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        ChangeConfig(Folder("a"), config => config["architectures"] = new JsonArray("BiGSForQuestionAnswering"));
        Assert.Contains("\"qa_outputs", Assert.Throws<InvalidDataException>(() => CheckpointConversion.Convert(Folder("a"), Folder("c"), WeightsFormat.Flax)).Message);
        Assert.False(Directory.Exists(Folder("c")));
    }

    [Fact]
    public void BertsOldLayerNormNamesAreRead()
    {
        Assert.Equal("bigs.embeddings.LayerNorm.weight", Dialect.OurName("bert.embeddings.LayerNorm.gamma"));
        Assert.Equal("cls.predictions.transform.LayerNorm.bias", Dialect.OurName("cls.predictions.transform.LayerNorm.beta"));
    }

    private string Folder(string name) => Path.Combine(_temporary.Path, name);

    private static void ChangeConfig(string folder, Action<JsonObject> change)
    {
        string path = Path.Combine(folder, ConfigFile.Name);
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private static void AssertSameBits(HeadedModel expected, HeadedModel actual)
    {
        var parameters = actual.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.Equal(expected.named_parameters().Select(p => p.name).Order(), parameters.Keys.Order());
        Assert.All(expected.named_parameters(), p => Assert.Equal(p.parameter.bytes.ToArray(), parameters[p.name].bytes.ToArray()));
    }
}
