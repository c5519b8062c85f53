using BiGS.Cli.Tests.Commands;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Checkpoints;

/// <summary>Hugging Face's encoders by the names that they are saved under, with a head and without: each opens for what it can do.</summary>
public sealed class BareEncoderTests : IDisposable
{
    private readonly SmallModel _files = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("bigs-bare-").FullName;
    private readonly BiGSConfig _config;

    public BareEncoderTests()
    {
        BertTokenizer tokenizer = BertTokenizer.Open(_files.Folder);
        tokenizer.Save(_folder);
        _config = SmallModels.Config(Architecture.Stack, Routing.Attention) with { PreNorm = false, PoolerType = PoolerType.Cls, VocabSize = tokenizer.VocabularySize };
    }

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("BertModel", "")]
    [InlineData("BertModel", "bert.")]
    [InlineData("BertForPreTraining", "bert.")]
    [InlineData("BertLMHeadModel", "bert.")]
    public void AnEncoderOpensUnderItsOwnName(string architecture, string prefix)
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(_config);
        Write(model, architecture, prefix);
        OpenedCheckpoint opened = CheckpointFolder.Open(_folder);
        Assert.Empty(opened.Warnings);
        Assert.Equal(architecture == "BertModel" ? "BiGSForEmbedding" : "BiGSForMaskedLM", opened.Model.Architecture);
        var parameters = opened.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.All(model.named_parameters().Where(p => parameters.ContainsKey(p.name)), p => Assert.True(p.parameter.equal(parameters[p.name]).all().item<bool>(), p.name));
        Assert.Equal(architecture != "BertModel", parameters.ContainsKey("cls.predictions.bias"));
    }

    [Fact]
    public void WithoutAHeadItEmbedsAndIsTuned()
    {
        using var scope = NewDisposeScope();
        Write(SmallModels.Build(_config), "BertModel", "");
        Assert.Equal(12, Bigs.Run("embed", "--model", _folder, "the trees").Succeeded().Lines.Single().Split(' ').Length);
        Bigs.Run("fill-mask", "--model", _folder, "the [MASK]").FailedWith(1, "has no masked-LM head");
        Bigs.Run("evaluate", "--task", "mlm", "--data", _files.Written("x.txt", SmallModel.Text), "--model", _folder).FailedWith(1, "no masked-LM head", "--task mlm");
        string data = _files.Written("data.tsv", "text\tlabel\nthe trees\ta\nthe farmer\tb\nthe trees sleep\ta\nthe farmer sleeps\tb\n");
        string[] tune = ["finetune", "--task", "classification", "--train", data, "--validation", data, "--text-column", "text", "--label-column", "label", "--epochs", "1"];
        Outcome tuned = Bigs.Run([.. tune, "--model", _folder, "--out", _files.File("tuned")]).Succeeded();
        Assert.Contains("classifier.bias, classifier.weight; the head starts from fresh weights", tuned.Errors);
        Assert.DoesNotContain("pooler", tuned.Errors);
        Bigs.Run("classify", "--model", _files.File("tuned"), "--json", "the trees").Succeeded();
        Assert.Contains("pooler", Bigs.Run("convert", "--model", _folder, "--to", "safetensors", "--out", _files.File("converted")).Succeeded().Errors);
        Assert.Equal(
            Bigs.Run("embed", "--model", _folder, "the trees").Succeeded().Output, Bigs.Run("embed", "--model", _files.File("converted"), "the trees").Succeeded().Output);
    }

    [Fact]
    public void AMaskedLmWhoseHeadIsMissingFillsNoMasks()
    {
        using var scope = NewDisposeScope();
        Write(SmallModels.Build(_config), "BertForMaskedLM", "bert.", withHead: false);
        Bigs.Run("fill-mask", "--model", _folder, "the [MASK]").FailedWith(1, "has no masked-LM head");
    }

    [Theory]
    [InlineData("""{"model_type": "roberta", "architectures": ["RobertaModel"]}""", "roberta", "\"bert\"", "\"distilbert\"", "\"electra\"")]
    [InlineData("""{"model_type": "mpnet", "architectures": ["MPNetModel"]}""", "mpnet", "\"bert\"")]
    [InlineData("""{"model_type": "electra", "architectures": ["ElectraForCausalLM"]}""", "ElectraForCausalLM", "ElectraForMaskedLM")]
    [InlineData("""{"model_type": "bert", "architectures": ["BertForNextSentencePrediction"]}""", "BertForNextSentencePrediction", "BertForPreTraining")]
    public void AnotherEncoderIsRefusedByName(string config, params string[] parts)
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), config);
        Bigs.Run("embed", "--model", _folder, "the").FailedWith(1, ["config.json", .. parts]);
    }

    /// <summary>A tensor that the model does not need may be of any type; one that it needs may not.</summary>
    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("U16")]
    [InlineData("C64")]
    [InlineData("F4")]
    public void ATensorOfAnotherTypeIsLeftOutWithAWarning(string type)
    {
        AddTensor("extra.scale", type, 8);
        Outcome embedded = Bigs.Run("embed", "--model", _files.Folder, "the trees").Succeeded();
        Assert.Contains("\"extra.scale\" have no place in a BiGSForMaskedLM and are left out", embedded.Errors);
        Bigs.Run("convert", "--model", _files.Folder, "--to", "pytorch", "--out", _files.File("converted")).Succeeded();
    }

    [Theory]
    [InlineData("F8_E5M2")]
    [InlineData("U32")]
    public void AWeightOfAnotherTypeIsRefusedByNameAndType(string type)
    {
        byte[] file = File.ReadAllBytes(_files.File("model.safetensors"));
        int length = BitConverter.ToInt32(file, 0);
        string header = System.Text.Encoding.UTF8.GetString(file, 8, length);
        int name = header.IndexOf("\"bigs.encoder.layer.0.", StringComparison.Ordinal);
        int at = header.IndexOf("\"F32\"", name, StringComparison.Ordinal);
        Rewrite(header[..at] + $"\"{type}\"" + header[(at + 5)..], file[(8 + length)..]);
        Bigs.Run("embed", "--model", _files.Folder, "the").FailedWith(1, "bigs.encoder.layer.0.", type);
    }

    private void AddTensor(string name, string type, int bytes)
    {
        byte[] file = File.ReadAllBytes(_files.File("model.safetensors"));
        int length = BitConverter.ToInt32(file, 0);
        int data = file.Length - 8 - length;
        string header = System.Text.Encoding.UTF8.GetString(file, 8, length).TrimEnd();
        Rewrite($"{header[..^1]}, \"{name}\": {{\"dtype\": \"{type}\", \"shape\": [{(type == "C64" ? bytes / 8 : bytes)}], \"data_offsets\": [{data}, {data + bytes}]}}}}", [.. file[(8 + length)..], .. new byte[bytes]]);
    }

    private void Rewrite(string header, byte[] data)
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(_files.File("model.safetensors"), [.. BitConverter.GetBytes((long)json.Length), .. json, .. data]);
    }

    private void Write(HeadedModel model, string architecture, string prefix, bool withHead = true)
    {
        bool isBare = architecture == "BertModel";
        IEnumerable<(string, Tensor)> weights = model.named_parameters().Where(p => p.name.StartsWith("bigs.", StringComparison.Ordinal) || (withHead && !isBare))
            .Select(p => (Theirs(p.name, prefix), (Tensor)p.parameter));
        SafetensorsWriter.Write(
            Path.Combine(_folder, "model.safetensors"),
            [
                .. weights, ($"{prefix}pooler.dense.weight", ones(12, 12)), ($"{prefix}pooler.dense.bias", ones(12)), ($"{prefix}embeddings.position_ids", arange(64).unsqueeze(0)),
                .. architecture == "BertForPreTraining" ? [("cls.seq_relationship.weight", ones(2, 12)), ("cls.seq_relationship.bias", ones(2))] : ((string, Tensor)[])[],
            ]);
        File.WriteAllText(
            Path.Combine(_folder, "config.json"),
            $$"""
            {
              "model_type": "bert", "architectures": ["{{architecture}}"], "vocab_size": {{_config.VocabSize}}, "hidden_size": 12, "num_hidden_layers": 2, "hidden_act": "gelu",
              "num_attention_heads": 3, "intermediate_size": 20, "max_position_embeddings": 64, "hidden_dropout_prob": 0.1, "layer_norm_eps": 1e-12, "is_decoder": false
            }
            """);
    }

    private static string Theirs(string ours, string prefix) => BertNames.Of(ours) is var name && name.StartsWith("bert.", StringComparison.Ordinal)
        ? prefix + name["bert.".Length..]
        : name;
}
