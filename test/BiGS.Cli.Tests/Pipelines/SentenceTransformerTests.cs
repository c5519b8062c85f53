using System.Text.Json;
using BiGS.Cli.Tests.Commands;
using BiGS.Pipelines;
using BiGS.Search;
using BiGS.SentenceTransformers;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using Microsoft.Extensions.AI;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Pipelines;

/// <summary>Folders of sentence-transformers: every way of pooling, what follows it, and prompts, wherever vectors are made.</summary>
public sealed class SentenceTransformerTests : IDisposable
{
    private const string Text = "the farmer sleeps .";

    private readonly SmallModel _model = new();

    public void Dispose() => _model.Dispose();

    public static TheoryData<string, int> Modes => new()
    {
        { "pooling_mode_cls_token", 0 }, { "pooling_mode_max_tokens", 1 }, { "pooling_mode_mean_tokens", 2 }, { "pooling_mode_mean_sqrt_len_tokens", 3 },
        { "pooling_mode_weightedmean_tokens", 4 }, { "pooling_mode_lasttoken", 5 },
    };

    /// <summary>Each mode, by its definition, written out over the vectors of the tokens.</summary>
    [Theory]
    [MemberData(nameof(Modes))]
    public void AVectorIsPooledAsTheFolderSays(string key, int mode)
    {
        Pool($$"""{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": false, "{{key}}": true}""");
        float[] found = Raw(Text);
        AssertNear(Defined(mode, States(Text)), found);
        // Beside a longer text it is padded, and padding is no token.
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        AssertNear(found, embedder.Embed([Text, "the trees near the farmer sleep , and nobody knows why ."], normalize: false, cancellationToken: Now)[0]);
    }

    [Fact]
    public void SeveralModesStandSideBySide()
    {
        Pool("""{"pooling_mode_cls_token": true}"""); // the mean counts unless it is said not to
        AssertNear([.. Defined(0, States(Text)), .. Defined(2, States(Text))], Raw(Text));
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        Assert.Equal(32, embedder.Dimensions);
    }

    /// <summary>The two forms of the same, one for learning and one for answering, over rows with padding.</summary>
    [Fact]
    public void LearningAndAnsweringPoolAlike()
    {
        using var scope = NewDisposeScope();
        SentenceLayer[] layers = [new SentenceDense(3, 12, [.. Enumerable.Range(0, 36).Select(i => (i - 18) / 20f)], [1, 2, 3], tanh: true), new UnitLengthLayer()];
        Tensor states = randn([2, 5, 6], generator: new Generator(1));
        Tensor mask = SmallModels.Mask(5, 5, 3);
        foreach (PoolingMode one in Enum.GetValues<PoolingMode>())
        {
            var pooling = new SentencePooling([one, PoolingMode.Mean], layers);
            float[] learned = pooling.Pool(states, mask).data<float>().ToArray();
            float[] answered = [.. Enumerable.Range(0, 2).SelectMany(row =>
                pooling.Pool(states[row].contiguous().data<float>().ToArray(), mask[row].data<long>().ToArray())).Select(x => (float)x)];
            AssertNear(learned, answered);
            Assert.Equal(3, pooling.Width(6));
        }
    }

    [Fact]
    public void LayersFollowInTheirOrder()
    {
        Pool("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""", """, {"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"}, {"idx": 3, "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}""");
        float[] weight = [.. Enumerable.Range(0, 32).Select(i => (i % 7) - 3f)];
        Directory.CreateDirectory(_model.File("2_Dense"));
        _model.Written("2_Dense/config.json", """{"in_features": 16, "out_features": 2, "bias": true, "activation_function": "torch.nn.modules.linear.Identity"}""");
        using (NewDisposeScope())
        {
            SafetensorsWriter.Write(_model.File("2_Dense/model.safetensors"), [("linear.weight", tensor(weight, [2, 16])), ("linear.bias", tensor((float[])[0.5f, -1]))]);
        }

        double[] cls = Defined(0, States(Text));
        double[] dense = [.. Enumerable.Range(0, 2).Select(row => (row == 0 ? 0.5 : -1) + cls.Select((x, i) => x * weight[(row * 16) + i]).Sum())];
        double length = Math.Sqrt(dense.Sum(x => x * x));
        AssertNear([.. dense.Select(x => x / length)], Raw(Text));
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        Assert.Equal(2, embedder.Dimensions);
    }

    [Fact]
    public void PromptsStandBeforeTexts()
    {
        float[] prompted = Raw("the trees");
        Pool("""{"pooling_mode_mean_tokens": true}""");
        _model.Written("config_sentence_transformers.json", """{"prompts": {"query": "the ", "near": "near "}, "default_prompt_name": "query"}""");
        AssertNear(prompted, Raw("trees"));
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        AssertNear(embedder.Embed(["the the trees"], cancellationToken: Now, promptName: "near")[0], embedder.Embed(["near the the trees"], cancellationToken: Now, promptName: "query")[0], not: true);
        Assert.Equal("near trees", embedder.AddPrompt("trees", "near"));
        string unknown = Assert.Throws<ArgumentException>(() => embedder.Embed(["x"], cancellationToken: Now, promptName: "passage")).Message;
        Assert.Contains("\"passage\"", unknown);
        Assert.Contains("near, query", unknown);
        string[] vector = Bigs.Run("embed", "--raw", "--model", _model.Folder, "--prompt-name", "near", "trees").Succeeded().Output.Split(' ');
        Assert.Equal(16, vector.Length);
        Bigs.Run("embed", "--model", _model.Folder, "--prompt-name", "no", "trees").FailedWith(1, "\"no\"", "near, query");
    }

    [Fact]
    public async Task EveryDoorPoolsAlike()
    {
        Pool("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""");
        _model.Written("config_sentence_transformers.json", """{"prompts": {"query": "the "}, "default_prompt_name": "query"}""");
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        float[] expected = embedder.Embed(["trees"], cancellationToken: Now)[0];
        using (SearchModel search = SearchModel.Open(_model.Folder, OnTorch.Fp32))
        {
            AssertNear(expected, search.Embed(["trees"], Now)[0]);
        }

        using var generator = new EmbeddingGenerator(Embedder.Open(_model.Folder, OnTorch.Fp32), "m");
        AssertNear(expected, (await generator.GenerateAsync(["trees"], cancellationToken: Now))[0].Vector.ToArray());
        using HeadedModel head = CheckpointFolder.Open(_model.Folder, new TorchOptions { Architecture = "BiGSForEmbedding" }).Model;
        using var scope = NewDisposeScope();
        long[] ids = [.. BertTokenizer.Open(_model.Folder).Encode("the trees").Ids.Select(id => (long)id)];
        float[] of = head.Forward(new ModelInput(tensor(ids, [1, ids.Length]))).Results["sentence_embedding"].data<float>().ToArray();
        AssertNear(Raw("trees"), of);
    }

    [Fact]
    public async Task TheServerPoolsAlike()
    {
        Pool("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""");
        _model.Written("config_sentence_transformers.json", """{"prompts": {"query": "the ", "near": "near "}, "default_prompt_name": "query"}""");
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        await using RunningServer server = await RunningServer.Start(_model.Folder);
        async Task<float[]> Of(string json) => [.. (await server.Post("/embed", json)).Succeeded()[0].EnumerateArray().Select(x => x.GetSingle())];
        AssertNear(embedder.Embed(["trees"], cancellationToken: Now)[0], await Of("""{"inputs": "trees"}"""));
        AssertNear(embedder.Embed(["trees"], cancellationToken: Now, promptName: "near")[0], await Of("""{"inputs": "trees", "prompt_name": "near"}"""));
        (await server.Post("/embed", """{"inputs": "trees", "prompt_name": "passage"}""")).Refused(422, "Validation", "passage", "near, query");
        var openAI = (await server.Post("/v1/embeddings", """{"input": "trees"}""")).Succeeded().GetProperty("data")[0].GetProperty("embedding");
        AssertNear(embedder.Embed(["trees"], cancellationToken: Now)[0], [.. openAI.EnumerateArray().Select(x => x.GetSingle())]);
        Assert.Equal("cls", (await server.Get("/info")).Succeeded().GetProperty("model_type").GetProperty("embedding").GetProperty("pooling").GetString());
    }

    [Fact]
    public void AnIndexKeepsItsPrompt()
    {
        Pool("""{"pooling_mode_mean_tokens": true}""");
        _model.Written("config_sentence_transformers.json", """{"prompts": {"query": "the ", "passage": "near "}}""");
        Directory.CreateDirectory(_model.File("notes"));
        _model.Written("notes/a.txt", "the trees sleep .");
        string[] index = ["index", _model.File("notes"), "--model", _model.Folder];
        Bigs.Run([.. index, "--prompt-name", "passage"]).Succeeded();
        Assert.Contains("0 passages were embedded", Bigs.Run(index).Succeeded().Output);
        Bigs.Run([.. index, "--prompt-name", "query"]).FailedWith(1, "\"passage\"", "--overwrite");
        Bigs.Run("search", _model.File("notes"), "--prompt-name", "query", "trees").Succeeded();
    }

    [Fact]
    public void ItTravelsWithTheModel()
    {
        Pool("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}""");
        float[] expected = Raw(Text);
        string Out(string name) => _model.File(name);
        Bigs.Run("convert", "--model", _model.Folder, "--to", "pytorch", "--out", Out("converted")).Succeeded();
        AssertNear(expected, Raw(Text, Out("converted")));
        Bigs.Run("export", "--model", _model.Folder, "--out", Out("onnx")).Succeeded();
        using (Embedder onnx = Embedder.Open(Out("onnx")))
        {
            AssertNear(expected, onnx.Embed([Text], normalize: false, cancellationToken: Now)[0]);
        }

        Bigs.Run("export", "--model", _model.Folder, "--out", Out("one.onnx")).FailedWith(1, "modules.json", "folder");
        Bigs.Run("extend", "--model", _model.Folder, "--max-length", "48", "--out", Out("longer")).Succeeded();
        AssertNear(expected, Raw(Text, Out("longer")));
        string pairs = _model.Written("pairs.tsv", "a\tb\nthe farmer\tthe trees\nnobody knows\tnobody sleeps\nnear the trees\tthe trees\nthe farmer sleeps\tthe trees sleep\n");
        Bigs.Run(
            "finetune", "--task", "embedding", "--train", pairs, "--text-column", "a", "--pair-column", "b", "--hold-out", "0.5", "--epochs", "1",
            "--learning-rate", "1e-9", "--model", _model.Folder, "--out", Out("tuned")).Succeeded();
        AssertNear(expected, Raw(Text, Out("tuned")), limit: 1e-3);
    }

    [Fact]
    public void AnotherPoolingIsAnotherModel()
    {
        string before = Fingerprint();
        Pool("""{"pooling_mode_mean_tokens": true}""");
        string mean = Fingerprint();
        Pool("""{"pooling_mode_cls_token": true}""");
        Assert.Equal(3, new[] { before, mean, Fingerprint() }.Distinct().Count());

        string Fingerprint()
        {
            using SearchModel model = SearchModel.Open(_model.Folder, OnTorch.Fp32);
            return model.Fingerprint;
        }
    }

    [Fact]
    public void TextsAreAsLongAsTheFolderSays()
    {
        Pool("""{"pooling_mode_mean_tokens": true}""");
        _model.Written("sentence_bert_config.json", """{"max_seq_length": 5, "do_lower_case": false}""");
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        Assert.Contains("at most 5", Assert.Throws<ArgumentException>(() => embedder.Embed([Text], cancellationToken: Now)).Message);
        AssertNear(embedder.Embed(["the farmer sleeps"], cancellationToken: Now)[0], embedder.Embed([Text], tooLong: LongTextBehavior.Truncate, cancellationToken: Now)[0]);
    }

    [Theory]
    [InlineData("LSTM", "sentence_transformers.models.LSTM")]
    [InlineData("custom", "my_models.Pooling")]
    [InlineData("LayerNorm", "sentence_transformers.models.LayerNorm")]
    public void AModuleThatIsNotKnownIsRefusedByName(string path, string type)
    {
        Pool("""{"pooling_mode_mean_tokens": true}""", $$""", {"idx": 2, "path": "2_{{path}}", "type": "{{type}}"}""");
        Bigs.Run("embed", "--model", _model.Folder, Text).FailedWith(1, "modules.json", type);
        Bigs.Run("convert", "--model", _model.Folder, "--to", "flax", "--out", _model.File("converted")).FailedWith(1, "modules.json", type);
    }

    [Theory]
    [InlineData("""{"pooling_mode_attention": true}""", "pooling_mode_attention")]
    [InlineData("""{"pooling_mode_mean_tokens": false}""", "no way of pooling")]
    [InlineData("""{"pooling_mode_mean_tokens": "yes"}""", "pooling_mode_mean_tokens")]
    [InlineData("""{"pooling_mode": "somehow"}""", "somehow")]
    [InlineData("[]", "1_Pooling")]
    [InlineData("{", "not JSON")]
    public void APoolingThatIsNotKnownIsRefusedByName(string pooling, string named)
    {
        Pool(pooling);
        Bigs.Run("embed", "--model", _model.Folder, Text).FailedWith(1, "1_Pooling", named);
    }

    [Fact]
    public void AModuleOutsideTheFolderIsRefused()
    {
        Pool("""{"pooling_mode_mean_tokens": true}""", """, {"idx": 2, "path": "../2_Dense", "type": "sentence_transformers.models.Dense"}""");
        Bigs.Run("embed", "--model", _model.Folder, Text).FailedWith(1, "modules.json", "../2_Dense");
    }

    [Fact]
    public void ADefaultPromptThatIsNotThereIsRefused()
    {
        Pool("""{"pooling_mode_mean_tokens": true}""");
        _model.Written("config_sentence_transformers.json", """{"prompts": {}, "default_prompt_name": "query"}""");
        Bigs.Run("embed", "--model", _model.Folder, Text).FailedWith(1, "config_sentence_transformers.json", "\"query\"");
    }

    /// <summary>The encoder that most people use, as it lies on the hub, against what ONNX Runtime makes of its original.</summary>
    [Fact]
    [Trait("Category", "Golden")]
    public async Task MiniLmOpensAsItIs()
    {
        string folder = Shared.Path("models", "all-minilm-l6-v2");
        foreach (string door in (string[])["torch", "onnx", "server", "command"])
        {
            await MiniLmOpensBy(door, folder);
        }
    }

    private static async Task MiniLmOpensBy(string door, string folder)
    {
        string[] texts = File.ReadAllLines(Path.Combine(folder, "texts.txt"));
        using var expected = new SafetensorsFile(Path.Combine(folder, "expected.safetensors"));
        float[][] vectors = await MiniLmVectors(door, folder, texts);
        using var scope = NewDisposeScope();
        Tensor theirs = expected.Read("sentence_embedding").to_type(ScalarType.Float64);
        Tensor unit = theirs / theirs.norm(1, keepdim: true);
        Tensor ours = tensor(vectors.SelectMany(vector => vector).ToArray(), [texts.Length, 384]).to_type(ScalarType.Float64);
        Assert.InRange((ours - unit).square().mean().sqrt().item<double>() / unit.square().mean().sqrt().item<double>(), 0, 5e-3);
        Assert.InRange((1 - (ours * unit).sum(1)).abs().max().item<double>(), 0, 1e-4);
        Assert.InRange((ours.matmul(ours.t()) - unit.matmul(unit.t())).abs().max().item<double>(), 0, 1e-3);
    }

    /// <summary>Its published figure on STS-B is 82.0; XQuAD's texts, cut as here, hold the answer among the first ten for 99.1 of 100 questions.</summary>
    [Fact]
    [Trait("Category", "Golden")]
    public void MiniLmReachesItsPublishedFigures()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1", "Set BIGS_SLOW=1: this test reads thousands of texts by a model of 22 M parameters.");
        Assert.InRange(Measured("embedding", "glue/stsb/stsb-en-test.csv.gz", "spearman"), 0.819, 0.821);
        Assert.InRange(Measured("retrieval", "squad_like/xquad.en.json.gz", "recall_10"), 0.985, 1);

        static double Measured(string task, string data, string metric)
        {
            string[] evaluate = ["evaluate", "--task", task, "--data", Shared.Path("data", data), "--model", Shared.Path("models", "all-minilm-l6-v2"), "--json"];
            return Bigs.Run([.. evaluate, "--backend", "onnx"]).Succeeded().Objects[0].GetProperty("metrics").GetProperty(metric).GetDouble();
        }
    }

    private static async Task<float[][]> MiniLmVectors(string door, string folder, string[] texts)
    {
        switch (door)
        {
            case "server":
                await using (RunningServer server = await RunningServer.Start(folder))
                {
                    string asked = JsonSerializer.Serialize(new { inputs = texts });
                    return [.. (await server.Post("/embed", asked)).Succeeded().EnumerateArray().Select(vector => vector.EnumerateArray().Select(x => x.GetSingle()).ToArray())];
                }

            case "command":
                return
                [
                    .. Bigs.RunOn(string.Join('\n', texts), "embed", "--model", folder, "--json").Succeeded().Objects
                        .Select(line => line.GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle()).ToArray()),
                ];
            default:
                using (Embedder embedder = Embedder.Open(folder, door == "torch" ? OnTorch.Fp32 : null))
                {
                    Assert.Empty(embedder.Warnings);
                    Assert.Equal(256, embedder.MaxTokens);
                    return [.. embedder.Embed(texts, normalize: false, cancellationToken: Now)]; // its folder asks for length 1
                }
        }
    }

    private void Pool(string pooling, string further = "")
    {
        Directory.CreateDirectory(_model.File("1_Pooling"));
        _model.Written("1_Pooling/config.json", pooling);
        _model.Written("modules.json", $$"""[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}{{further}}]""");
    }

    /// <summary>The vector as libtorch gives it, which is ONNX Runtime's too.</summary>
    private float[] Raw(string text, string? folder = null)
    {
        using Embedder torch = Embedder.Open(folder ?? _model.Folder, OnTorch.Fp32);
        using Embedder onnx = Embedder.Open(folder ?? _model.Folder);
        float[] vector = torch.Embed([text], normalize: false, cancellationToken: Now)[0];
        AssertNear(vector, onnx.Embed([text], normalize: false, cancellationToken: Now)[0]);
        return vector;
    }

    private double[][] States(string text)
    {
        using Embedder embedder = Embedder.Open(_model.Folder, OnTorch.Fp32);
        return [.. embedder.EmbedTokens([BertTokenizer.Open(_model.Folder).Encode(text)], Now)[0].Select(state => state.Select(x => (double)x).ToArray())];
    }

    private static double[] Defined(int mode, double[][] states) => [.. Enumerable.Range(0, states[0].Length).Select(d =>
    {
        double[] x = [.. states.Select(state => state[d])];
        return mode switch
        {
            0 => x[0],
            1 => x.Max(),
            2 => x.Average(),
            3 => x.Sum() / Math.Sqrt(x.Length),
            4 => x.Select((value, i) => value * (i + 1)).Sum() / Enumerable.Range(1, x.Length).Sum(),
            _ => x[^1],
        };
    })];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static void AssertNear(IReadOnlyList<float> expected, IReadOnlyList<float> actual, bool not = false, double limit = 1e-4)
    {
        Assert.Equal(expected.Count, actual.Count);
        double apart = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(x => Math.Abs((double)x));
        Assert.True(apart <= limit != not, $"{apart} apart");
    }

    private static void AssertNear(double[] expected, IReadOnlyList<float> actual) => AssertNear([.. expected.Select(x => (float)x)], actual);
}
