using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Tokenizers;

namespace BiGS.Server.Tests;

/// <summary>What routes say is what the library says.</summary>
public class RoutesTests
{
    private static readonly string[] Texts = ["the farmer sleeps .", "trees near the farmer , and nobody knows why .", "why", "the trees sleep near the farmer ."];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VectorsAreTheEmbedders()
    {
        using var model = new SmallModel();
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        await using RunningServer server = await RunningServer.Start(model.Folder);
        AssertNear(embedder.Embed(Texts, cancellationToken: Now), await server.Embed(Texts));
        AssertNear(embedder.Embed(Texts, normalize: false, cancellationToken: Now),
            (await server.PostValue("/embed", new { inputs = Texts, normalize = false })).Succeeded().Deserialize<float[][]>()!);
        AssertNear(embedder.Embed([Texts[0]], cancellationToken: Now), (await server.PostValue("/embed", new { inputs = Texts[0] })).Succeeded().Deserialize<float[][]>()!);

        double[] cosines = (await server.PostValue("/similarity", new { inputs = new { source_sentence = Texts[0], sentences = Texts } })).Succeeded().Deserialize<double[]>()!;
        float[][] vectors = [.. embedder.Embed(Texts, cancellationToken: Now)];
        Assert.All(cosines.Zip(vectors), pair => Assert.Equal(vectors[0].Zip(pair.Second, (a, b) => (double)a * b).Sum(), pair.First, 5));
        Assert.Equal(1, cosines[0], 6);
    }

    [Fact]
    public async Task AMeanIsOfTheVectorsOfTheTokens()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        float[][][] tokens = (await server.PostValue("/embed_all", new { inputs = Texts })).Succeeded().Deserialize<float[][][]>()!;
        float[][] means = (await server.PostValue("/embed", new { inputs = Texts, normalize = false })).Succeeded().Deserialize<float[][]>()!;
        AssertNear([.. tokens.Select(text => Enumerable.Range(0, text[0].Length).Select(i => text.Average(token => token[i])).ToArray())], means);
        Assert.Equal(BertTokenizer.Open(model.Folder).Encode(Texts[1]).Ids.Count, tokens[1].Length);
    }

    [Fact]
    public async Task ATextMayBeItsTokens()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        int[] ids = [.. BertTokenizer.Open(model.Folder).Encode(Texts[0]).Ids];
        float[][] expected = await server.Embed([Texts[0]]);
        foreach (object inputs in (object[])[ids, new[] { ids }, ids[1..^1]])
        {
            AssertNear(expected, (await server.PostValue("/embed", new { inputs })).Succeeded().Deserialize<float[][]>()!);
        }

        (await server.Post("/embed", """{"inputs": [5, 99999]}""")).Refused(422, "Tokenizer", "not all of this vocabulary");
        (await server.Post("/embed", """{"inputs": [5, "word"]}""")).Refused(422, "Validation", "expected a text");
    }

    [Fact]
    public async Task WhatIsTooLongIsCutAtEitherEndOrRefused()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string[] words = [.. Enumerable.Range(0, 60).Select(i => Texts[1].Split(' ')[i % 9])];
        string text = string.Join(' ', words);
        (await server.PostValue("/embed", new { inputs = text, truncate = false })).Refused(413, "Validation", $"`inputs` must have at most {SmallModel.Positions} tokens");
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        foreach ((string direction, TruncationSide from) in ((string, TruncationSide)[])[("Right", TruncationSide.End), ("Left", TruncationSide.Start)])
        {
            int[] kept = [.. tokenizer.Encode(text, maxLength: SmallModel.Positions, truncationSide: from).Ids];
            Assert.Equal(SmallModel.Positions, kept.Length);
            AssertNear(
                (await server.PostValue("/embed", new { inputs = kept })).Succeeded().Deserialize<float[][]>()!,
                (await server.PostValue("/embed", new { inputs = text, truncate = true, truncation_direction = direction })).Succeeded().Deserialize<float[][]>()!);
        }

        await using RunningServer strict = await RunningServer.Start(model.Folder, options => options.AutoTruncate = false);
        object cut = new { inputs = text, input = text, truncate = true };
        object unsaid = new { inputs = text, input = text, truncate = (bool?)null };
        foreach (string route in (string[])["/embed", "/embed_all", "/v1/embeddings", "/embeddings", "/"])
        {
            (await server.PostValue(route, unsaid)).Succeeded();
            (await strict.PostValue(route, cut)).Succeeded();
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await strict.PostValue(route, unsaid)).Status);
        }

        Assert.True((await server.Get("/info")).Succeeded().GetProperty("auto_truncate").GetBoolean());
        Assert.False((await strict.Get("/info")).Succeeded().GetProperty("auto_truncate").GetBoolean());
    }

    [Fact]
    public async Task OpenAIsVectorsAreTheSameInNumbersAndInBytes()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        float[][] expected = await server.Embed(Texts);
        JsonElement numbers = (await server.PostValue("/v1/embeddings", new { input = Texts })).Succeeded();
        JsonElement bytes = (await server.PostValue("/v1/embeddings", new { input = Texts, encoding_format = "base64" })).Succeeded();
        AssertNear(expected, [.. numbers.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding").Deserialize<float[]>()!)]);
        AssertNear(expected, [.. bytes.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding").GetBytesFromBase64()
            .Chunk(sizeof(float)).Select(four => BitConverter.ToSingle(four)).ToArray())]);
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        Assert.Equal(Texts.Sum(text => tokenizer.Encode(text).Ids.Count), numbers.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task DimensionsOtherThanTheModelsAreRefusedEverywhere()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        foreach (string route in (string[])["/embed", "/embed_all", "/v1/embeddings", "/embeddings", "/"])
        {
            (await server.PostValue(route, new { input = Texts, inputs = Texts, dimensions = 16 })).Succeeded();
            Answered cut = await server.PostValue(route, new { input = Texts, inputs = Texts, dimensions = 8 });
            Assert.Equal(route.Contains("embeddings", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity, cut.Status);
            Assert.Contains("leave it out", cut.Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Every route takes a model's name, and refuses one that is not loaded.</summary>
    [Fact]
    public async Task TheNamedModelAnswersOnEveryRoute()
    {
        using var first = new SmallModel(seed: 1);
        using var second = new SmallModel(seed: 2);
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        using var value = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering");
        SmallModel[] models = [first, second, classes, value, tags, answers];
        await using RunningServer server = await RunningServer.Start([.. models.Select(model => model.Folder)]);
        (string Route, SmallModel[] Able, object Body)[] routes =
        [
            ("/embed", models, new { inputs = "the farmer" }),
            ("/embed_all", models, new { inputs = "the farmer" }),
            ("/v1/embeddings", models, new { input = "the farmer" }),
            ("/embeddings", models, new { input = "the farmer" }),
            ("/similarity", models, new { inputs = new { source_sentence = "the farmer", sentences = new[] { "the trees" } } }),
            ("/tokenize", models, new { inputs = "the farmer" }),
            ("/decode", models, new { ids = new[] { 5, 6 } }),
            ("/fill-mask", [first, second], new { inputs = "the [MASK]" }),
            ("/pipeline/fill-mask", [first, second], new { inputs = "the [MASK]" }),
            ("/predict", [classes, value], new { inputs = "the farmer" }),
            ("/pipeline/text-classification", [classes, value], new { inputs = "the farmer" }),
            ("/rerank", [value], new { query = "why", texts = new[] { "the farmer" } }),
            ("/tag", [tags], new { inputs = "the farmer" }),
            ("/pipeline/token-classification", [tags], new { inputs = "the farmer" }),
            ("/answer", [answers], new { inputs = new { question = "why", context = "the farmer" } }),
            ("/pipeline/question-answering", [answers], new { inputs = new { question = "why", context = "the farmer" } }),
            ("/", models, new { inputs = "the farmer" }),
        ];
        foreach ((string route, SmallModel[] able, object body) in routes)
        {
            var seen = new HashSet<string>();
            foreach (SmallModel model in models)
            {
                Answered answered = await server.PostValue(route, Named(body, Path.GetFileName(model.Folder)));
                Assert.True(able.Contains(model) == (answered.Status == HttpStatusCode.OK), $"{route} by {model.Config.NumLabels}: {answered.Text}");
                if (answered.Status == HttpStatusCode.OK)
                {
                    seen.Add(answered.Text);
                }
            }

            Assert.True(able.Length == 1 || route is "/tokenize" or "/decode" or "/similarity" || seen.Count > 1, $"{route} answers alike whatever the model");
            Answered unknown = await server.PostValue(route, Named(body, "nobody"));
            Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
            Assert.Contains("`nobody` is not loaded", unknown.Text, StringComparison.Ordinal);
        }

        static Dictionary<string, object?> Named(object body, string model) =>
            body.GetType().GetProperties().ToDictionary(property => property.Name, property => property.GetValue(body)).Append(new("model", model)).ToDictionary();
    }

    [Fact]
    public async Task WhatMayBeLeftOutMayBeNull()
    {
        using var fills = new SmallModel();
        using var value = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        await using RunningServer server = await RunningServer.Start([fills.Folder, value.Folder]);
        (await server.Post("/embed", """{"inputs": "the", "normalize": null, "truncate": null, "truncation_direction": null, "prompt_name": null, "dimensions": null, "model": null}""")).Succeeded();
        (await server.Post("/predict", """{"inputs": "the", "raw_scores": null, "truncation_direction": null}""")).Succeeded();
        (await server.Post("/rerank", """{"query": "why", "texts": ["the"], "raw_scores": null, "return_text": null}""")).Succeeded();
        (await server.Post("/fill-mask", """{"inputs": "the [MASK]", "top": null, "return_text": null}""")).Succeeded();
        (await server.Post("/tokenize", """{"inputs": "the", "add_special_tokens": null}""")).Succeeded();
        (await server.Post("/decode", """{"ids": [5], "skip_special_tokens": null}""")).Succeeded();
        (await server.Post("/v1/embeddings", """{"input": "the", "encoding_format": null, "dimensions": null, "user": null, "truncate": null}""")).Succeeded();
        float[] unit = (await server.Post("/embed", """{"inputs": "the", "normalize": null}""")).Succeeded()[0].Deserialize<float[]>()!;
        Assert.Equal(1, unit.Sum(x => x * x), 1e-5);
    }

    [Theory]
    [InlineData("BiGSForMaskedLM", 3, "/embed", """{"inputs": ["the farmer", "why"]}""")]
    [InlineData("BiGSForSequenceClassification", 3, "/predict", """{"inputs": [["the farmer"], ["why"]]}""")]
    [InlineData("BiGSForSequenceClassification", 1, "/rerank", """{"query": "why", "texts": ["the farmer", "trees"]}""")]
    [InlineData("BiGSForTokenClassification", 3, "/pipeline/token-classification", """{"inputs": "the farmer"}""")]
    [InlineData("BiGSForQuestionAnswering", 3, "/pipeline/question-answering", """{"inputs": {"question": "why", "context": "the farmer sleeps"}}""")]
    public async Task TheRootDoesWhatTheHeadDoes(string head, int labels, string route, string body)
    {
        using var model = new SmallModel(head: head, labels: labels);
        await using RunningServer server = await RunningServer.Start(model.Folder);
        JsonElement expected = (await server.Post(route, body)).Succeeded();
        Assert.Equal(expected.GetRawText(), (await server.Post("/", body)).Succeeded().GetRawText());
    }

    [Fact]
    public async Task WhereGetIsAnsweredHeadIs()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        foreach (string route in (string[])["/health", "/ping", "/info", "/metrics", "/v1/models", "/openapi.json", "/", "/page.js"])
        {
            Assert.Equal(HttpStatusCode.OK, (await server.Send(HttpMethod.Get, route, null)).Status);
            Assert.Equal(new Answered(HttpStatusCode.OK, ""), await server.Send(HttpMethod.Head, route, null));
        }
    }

    [Fact]
    public async Task HeadersSayWhatAnAnswerTook()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        using HttpResponseMessage response = await server.Client.PostAsync("/embed", JsonContent.Create(new { inputs = new[] { "the 😀 farmer", "why" } }), Now);
        string Header(string name) => response.Headers.GetValues(name).Single();
        Assert.Equal("cpu", Header("x-compute-type"));
        Assert.Equal("15", Header("x-compute-characters"));
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        Assert.Equal($"{tokenizer.Encode("the 😀 farmer").Ids.Count + tokenizer.Encode("why").Ids.Count}", Header("x-compute-tokens"));
        Assert.All((string[])["x-compute-time", "x-total-time", "x-tokenization-time", "x-queue-time", "x-inference-time"], name => Assert.True(int.Parse(Header(name), System.Globalization.CultureInfo.InvariantCulture) >= 0));
        using HttpResponseMessage info = await server.Client.GetAsync("/info", Now);
        Assert.False(info.Headers.Contains("x-compute-time"));
    }

    [Fact]
    public async Task ClassesAreTheClassifiersAndAValueRanks()
    {
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        using Classifier classifier = Classifier.Open(classes.Folder, OnTorch.Fp32);
        await using RunningServer server = await RunningServer.Start(classes.Folder);
        JsonElement batch = (await server.PostValue("/predict", new { inputs = new string[][] { [Texts[0]], [Texts[1], Texts[2]] } })).Succeeded();
        IReadOnlyList<Classification> expected = classifier.Classify([Texts[0], new ModelText(Texts[1], Texts[2])], cancellationToken: Now);
        Assert.All(expected.Zip(batch.EnumerateArray()), pair => Assert.Equal(
            pair.First.Labels.Select(label => (label.Label, Math.Round(label.Probability, 5))),
            pair.Second.EnumerateArray().Select(label => (label.GetProperty("label").GetString()!, Math.Round(label.GetProperty("score").GetDouble(), 5)))));
        JsonElement pair = (await server.PostValue("/predict", new { inputs = new[] { Texts[1], Texts[2] }, raw_scores = true })).Succeeded();
        Assert.Equal(expected[1].Labels[0].Logit, pair[0].GetProperty("score").GetDouble(), 5);
        (await server.PostValue("/rerank", new { query = "why", texts = Texts })).Refused(424, "Backend", "one label");
        Assert.Equal(3, (await server.Get("/info")).Succeeded().GetProperty("model_type").GetProperty("classifier").GetProperty("id2label").EnumerateObject().Count());
    }

    [Fact]
    public async Task AValueRanks()
    {
        using var value = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        using Classifier classifier = Classifier.Open(value.Folder, OnTorch.Fp32);
        await using RunningServer server = await RunningServer.Start(value.Folder);
        JsonElement[] ranks = [.. (await server.PostValue("/rerank", new { query = "why", texts = Texts, raw_scores = true, return_text = true })).Succeeded().EnumerateArray()];
        double[] scores = [.. classifier.Classify([.. Texts.Select(text => new ModelText("why", text))], cancellationToken: Now).Select(answer => answer.Value!.Value)];
        Assert.Equal(Enumerable.Range(0, Texts.Length).OrderByDescending(i => scores[i]), ranks.Select(rank => rank.GetProperty("index").GetInt32()));
        Assert.All(ranks, rank => Assert.Equal(scores[rank.GetProperty("index").GetInt32()], rank.GetProperty("score").GetDouble(), 5));
        Assert.All(ranks, rank => Assert.Equal(Texts[rank.GetProperty("index").GetInt32()], rank.GetProperty("text").GetString()));
        double best = (await server.PostValue("/rerank", new { query = "why", texts = Texts })).Succeeded()[0].GetProperty("score").GetDouble();
        Assert.Equal(1 / (1 + Math.Exp(-scores.Max())), best, 5);
        Assert.True((await server.Get("/info")).Succeeded().GetProperty("model_type").TryGetProperty("reranker", out _));
    }

    [Fact]
    public async Task SeveralModelsEachDoWhatTheirHeadCan()
    {
        using var fills = new SmallModel();
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering");
        await using RunningServer server = await RunningServer.Start([fills.Folder, tags.Folder, answers.Folder]);
        string text = "the 😀 [MASK] near the trees sleeps .";
        JsonElement filled = (await server.PostValue("/fill-mask", new { inputs = new[] { text, "why [MASK] [MASK]" }, top = 2 })).Succeeded();
        Assert.Equal(6, filled[0].GetProperty("masks")[0].GetProperty("start").GetInt32());
        Assert.DoesNotContain("trees", filled.GetRawText(), StringComparison.Ordinal);
        JsonElement repeated = (await server.PostValue("/fill-mask", new { inputs = text, top = 2, return_text = true })).Succeeded()[0];
        JsonElement candidate = repeated.GetProperty("masks")[0].GetProperty("candidates")[0];
        Assert.Equal(text, repeated.GetProperty("text").GetString());
        Assert.Matches("^the 😀.+ near the trees sleeps \\.$", candidate.GetProperty("text").GetString());
        Assert.Equal(2, filled[1].GetProperty("masks").GetArrayLength());
        Assert.Equal(2, filled[0].GetProperty("masks")[0].GetProperty("candidates").GetArrayLength());
        string[] named = [.. (await server.PostValue("/tag", new { inputs = Texts })).Succeeded()[0].GetProperty("words").EnumerateArray().Select(word => word.GetProperty("word").GetString()!)];
        Assert.Equal(Texts[0].Split(' '), named);
        JsonElement found = (await server.PostValue("/answer", new { inputs = new { question = "why", context = Texts[1] }, top = 3 })).Succeeded()[0];
        Assert.Equal("why", found.GetProperty("question").GetString());
        Assert.All(found.GetProperty("candidates").EnumerateArray(), candidate => Assert.Equal(
            candidate.GetProperty("text").GetString(), Texts[1][candidate.GetProperty("start").GetInt32()..candidate.GetProperty("end").GetInt32()]));

        string tagger = Path.GetFileName(tags.Folder);
        (await server.PostValue("/fill-mask", new { inputs = text, model = tagger })).Refused(424, "Backend", tagger, "BiGSForMaskedLM");
        (await server.PostValue("/fill-mask", new { inputs = text, model = "nobody" })).Refused(404, "Validation", tagger);
        (await server.PostValue("/predict", new { inputs = text })).Refused(424, "Backend", "BiGSForSequenceClassification");
        Assert.Equal(3, (await server.Get("/info")).Succeeded().GetProperty("models").GetArrayLength());
    }

    [Fact]
    public async Task TokensAreTheTokenizers()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        JsonElement[] tokens = [.. (await server.PostValue("/tokenize", new { inputs = "the 😀 farmer" })).Succeeded()[0].EnumerateArray()];
        int[] ids = [.. tokens.Select(token => token.GetProperty("id").GetInt32())];
        Assert.Equal(tokenizer.Encode("the 😀 farmer").Ids, ids);
        Assert.True(tokens[0].GetProperty("special").GetBoolean());
        Assert.Equal((6, 12), (tokens[3].GetProperty("start").GetInt32(), tokens[^2].GetProperty("stop").GetInt32()));
        Assert.Equal(tokenizer.Decode(ids), (await server.PostValue("/decode", new { ids })).Succeeded()[0].GetString());
        Assert.Equal(2, (await server.PostValue("/decode", new { ids = new[] { ids, ids }, skip_special_tokens = false })).Succeeded().GetArrayLength());
        (await server.Post("/decode", """{"ids": [-1]}""")).Refused(422, "Tokenizer", "-1 is not an id");
    }

    [Fact]
    public async Task TheOpenApiDocumentDescribesEveryRoute()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        JsonElement document = (await server.Get("/openapi.json")).Succeeded();
        string[] described = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        string[] routes =
        [
            "/embed", "/embed_all", "/similarity", "/predict", "/rerank", "/fill-mask", "/tag", "/answer", "/search", "/tokenize", "/decode", "/v1/embeddings",
            "/v1/models", "/v1/models/{model}", "/info", "/health", "/metrics",
        ];
        Assert.All(routes, route => Assert.Contains(route, described));
        JsonElement embed = document.GetProperty("paths").GetProperty("/embed").GetProperty("post");
        string name = embed.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString()!.Split('/')[^1];
        JsonElement schema = document.GetProperty("components").GetProperty("schemas").GetProperty(name);
        Assert.Equal(["inputs"], schema.GetProperty("required").EnumerateArray().Select(key => key.GetString()!));
        Assert.Equal(
            ["dimensions", "inputs", "model", "normalize", "prompt_name", "truncate", "truncation_direction"],
            schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
    }

    private static void AssertNear(IEnumerable<float[]> expected, IEnumerable<float[]> actual) => Assert.All(expected.Zip(actual, (a, b) => (a, b)), pair =>
    {
        Assert.Equal(pair.a.Length, pair.b.Length);
        Assert.All(pair.a.Zip(pair.b), numbers => Assert.InRange(Math.Abs(numbers.First - numbers.Second), 0, 1e-5 * pair.a.Max(Math.Abs)));
    });
}
