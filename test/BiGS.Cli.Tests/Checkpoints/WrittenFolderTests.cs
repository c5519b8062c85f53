using System.Text.Json;
using BiGS.Cli.Tests.Commands;
using BiGS.SentenceTransformers;
using BiGS.Support;
using BiGS.Tokenizers;

namespace BiGS.Cli.Tests.Checkpoints;

/// <summary>Whatever writes a model writes all that Hugging Face's tools look for beside it.</summary>
[Collection(TorchGlobals.Name)]
public sealed class WrittenFolderTests : IDisposable
{
    private static readonly string[] OfTokenizer = ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"];
    private static readonly string[] OfEmbedding = ["1_Pooling/config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json"];

    private readonly SmallModel _model = new(head: "BiGSForEmbedding");

    public WrittenFolderTests()
    {
        // As checkpoints of others lie: a vocabulary and what is said of case.
        foreach (string name in OfTokenizer[..2])
        {
            File.Delete(_model.File(name));
        }
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Pretraining()
    {
        string corpus = _model.Written("corpus.txt", string.Concat(Enumerable.Repeat(SmallModel.Text + "\n", 20)));
        Bigs.Run(
            "pretrain", "--config", _model.Written("small.json", """{"hidden_size": 16, "num_hidden_layers": 1, "intermediate_size": 32, "num_ssm": 4}"""), "--corpus", corpus,
            "--vocab-size", "100", "--max-length", "16", "--batch-size", "2", "--steps", "2", "--out", _model.File("run"), "--device", "cpu").Succeeded();
        AssertTokenizer(_model.File("run"), 16);
        AssertTokenizer(_model.File("run/last"), 16);
    }

    [Fact]
    public void FineTuningForVectors()
    {
        string pairs = _model.Written("pairs.tsv", "a\tb\nthe farmer\tthe trees\nnobody knows\tnobody sleeps\nnear the trees\tthe trees\nthe farmer sleeps\tthe trees sleep\n");
        Bigs.Run(
            "finetune", "--task", "embedding", "--train", pairs, "--text-column", "a", "--pair-column", "b", "--hold-out", "0.5", "--epochs", "1",
            "--model", _model.Folder, "--out", _model.File("tuned")).Succeeded();
        AssertTokenizer(_model.File("tuned"), SmallModel.Positions);
        AssertEmbedding(_model.File("tuned"), SmallModel.Positions);
    }

    [Fact]
    public void FineTuningForClasses()
    {
        string data = _model.Written("data.tsv", "text\tlabel\nthe trees\ta\nthe farmer\tb\nthe trees sleep\ta\nthe farmer sleeps\tb\n");
        Bigs.Run(
            "finetune", "--task", "classification", "--train", data, "--validation", data, "--text-column", "text", "--label-column", "label", "--epochs", "1",
            "--model", _model.Folder, "--out", _model.File("tuned")).Succeeded();
        AssertTokenizer(_model.File("tuned"), SmallModel.Positions);
        Assert.False(File.Exists(_model.File("tuned/modules.json")));
    }

    [Fact]
    public void ConvertingAndExtending()
    {
        Bigs.Run("convert", "--model", _model.Folder, "--to", "flax", "--out", _model.File("flax")).Succeeded();
        AssertTokenizer(_model.File("flax"), SmallModel.Positions);
        AssertEmbedding(_model.File("flax"), SmallModel.Positions);
        Bigs.Run("extend", "--model", _model.File("flax"), "--max-length", "48", "--out", _model.File("longer")).Succeeded();
        AssertTokenizer(_model.File("longer"), 48);
        AssertEmbedding(_model.File("longer"), 48);
        Bigs.Run("export", "--model", _model.Folder, "--out", _model.File("exported")).Succeeded();
        AssertTokenizer(_model.File("exported"), SmallModel.Positions);
        AssertEmbedding(_model.File("exported"), SmallModel.Positions);
        Bigs.Run("embed", "--model", _model.File("longer"), string.Concat(Enumerable.Repeat("the trees near ", 14))).Succeeded();
    }

    private void AssertTokenizer(string folder, int length)
    {
        Assert.All(OfTokenizer, name => Assert.True(File.Exists(Path.Combine(folder, name)), $"{folder} lacks {name}"));
        Assert.Equal(BertTokenizer.Open(folder).Fingerprint, BertTokenizer.Open(Path.Combine(folder, "tokenizer.json")).Fingerprint);
        Assert.Equal(length, Read(folder, "tokenizer_config.json").GetProperty("model_max_length").GetInt32());
    }

    private static void AssertEmbedding(string folder, int length)
    {
        Assert.All(OfEmbedding, name => Assert.True(File.Exists(Path.Combine(folder, name)), $"{folder} lacks {name}"));
        var sentence = SentenceTransformer.Read(folder);
        Assert.True(sentence.Pooling.IsMean);
        Assert.Equal((length, "", false), (sentence.MaxSequenceLength, sentence.Prompt(), sentence.LowerCase));
        Assert.Equal(16, Read(folder, "1_Pooling/config.json").GetProperty("word_embedding_dimension").GetInt32());
    }

    private static JsonElement Read(string folder, string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name))).RootElement;
}
