using System.Text.Json;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;

namespace BiGS.Server.Tests;

/// <summary>What the page asks the server for.</summary>
public class DemoRoutesTests
{
    [Fact]
    public async Task TellsWhichModelCanDoWhat()
    {
        using var fills = new SmallModel();
        using var classes = new SmallModel(head: "BiGSForSequenceClassification", routing: Routing.Attention);
        using var tags = new SmallModel(head: "BiGSForTokenClassification");
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering");
        string[] folders = [fills.Folder, classes.Folder, tags.Folder, answers.Folder];
        await using RunningServer server = await RunningServer.Start(folders, options => options.MaxClientBatchSize = 7);
        JsonElement list = (await server.Get("/page/models")).Succeeded();
        JsonElement[] models = [.. list.GetProperty("models").EnumerateArray()];
        Assert.Equal(folders.Select(Path.GetFileName), models.Select(model => model.GetProperty("name").GetString()));
        string[] abilities = ["fills", "classes", "tags", "answers"];
        Assert.All(models, (model, i) => Assert.Equal([abilities[i]], abilities.Where(ability => model.GetProperty(ability).GetBoolean())));
        Assert.All(models, model => Assert.True(model.GetProperty("embeds").GetBoolean()));
        Assert.Equal([2, 0, 2, 2], models.Select(model => model.GetProperty("kernels").GetInt32()));
        Assert.Equal((7, 2_000_000), (list.GetProperty("texts_at_once").GetInt32(), list.GetProperty("payload_limit").GetInt32()));
    }

    [Fact]
    public async Task GuessesAreThePipelines()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string[] texts = ["the [MASK] near the [MASK] sleeps .", "[MASK] knows why"];
        string[] words = ["farmer", "trees", "unhappiness"];
        JsonElement answer = (await server.PostValue("/page/guesses", new { texts, words, top = 3 })).Succeeded();
        JsonElement guesses = answer.GetProperty("guesses");
        Assert.Equal(["farmer", "trees", null], answer.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()));
        using FillMask fillMask = FillMask.Open(model.Folder, OnTorch.Fp32);
        var expected = fillMask.Fill(texts, top: 8, TestContext.Current.CancellationToken);
        var weights = fillMask.WordProbabilities(texts, words, TestContext.Current.CancellationToken);
        Assert.Equal([2, 1], guesses.EnumerateArray().Select(text => text.GetArrayLength()));
        for (int t = 0; t < texts.Length; t++)
        {
            for (int m = 0; m < expected[t].Count; m++)
            {
                JsonElement guess = guesses[t][m];
                Assert.Equal(expected[t][m].Candidates.Select(candidate => candidate.Token).Except(WordPieceVocabulary.SpecialTokens).Take(3), guess.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("token").GetString()));
                double?[] said = [.. guess.GetProperty("words").EnumerateArray().Select(word => word.ValueKind == JsonValueKind.Null ? (double?)null : word.GetDouble())];
                Assert.Equal([true, true, false], said.Select(word => word is not null));
                Assert.All(said.Zip(weights[t][m]).Take(2), pair => Assert.Equal(pair.Second!.Value, pair.First!.Value, 1e-6));
            }
        }
    }

    /// <summary>However many of the likeliest tokens are special, as many words are given as are asked for, and no special token is one of them.</summary>
    [Fact]
    public async Task SpecialTokensAreNoGuesses()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string[] texts = ["the [MASK] near the trees sleeps .", "[MASK] knows why", "the trees [MASK] .", "nobody [MASK]"];
        using FillMask fillMask = FillMask.Open(model.Folder, OnTorch.Fp32);
        Assert.Contains(fillMask.Fill(texts, top: 20, TestContext.Current.CancellationToken), words =>
            words[0].Candidates.Any(candidate => WordPieceVocabulary.SpecialTokens.Contains(candidate.Token)));
        JsonElement guesses = (await server.PostValue("/page/guesses", new { texts, words = Array.Empty<string>(), top = 20 })).Succeeded().GetProperty("guesses");
        Assert.All(guesses.EnumerateArray(), masks =>
        {
            string[] tokens = [.. masks[0].GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("token").GetString()!)];
            Assert.Equal(20, tokens.Length);
            Assert.Empty(tokens.Intersect(WordPieceVocabulary.SpecialTokens));
        });
    }

    [Fact]
    public async Task TokensAreThoseThatTheModelReads()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        BertTokenizer tokenizer = BertTokenizer.Open(model.Folder);
        string text = string.Concat(Enumerable.Repeat("the farmer 😀 sleeps . ", 10));
        foreach (int length in (int[])[5, text.Length])
        {
            JsonElement read = (await server.PostValue("/page/tokens", new { text = text[..length] })).Succeeded();
            TokenizedText whole = tokenizer.Encode(text[..length]);
            int end = read.GetProperty("end").GetInt32();
            Assert.Equal(whole.Ids.Count, read.GetProperty("total").GetInt32());
            Assert.Equal(whole.Ids.Count <= SmallModel.Positions, end == length);
            Assert.Equal(tokenizer.Encode(text[..end]).Tokens, read.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
            Assert.Equal(Math.Min(SmallModel.Positions, whole.Ids.Count), read.GetProperty("tokens").GetArrayLength());
        }
    }

    /// <summary>A word's own weight is its share among the candidates.</summary>
    [Fact]
    public void AWeightIsACandidatesProbability()
    {
        using var folder = new SmallModel();
        using FillMask fillMask = FillMask.Open(folder.Folder, OnTorch.Fp32);
        IReadOnlyList<MaskCandidate> all = fillMask.Fill("the [MASK] sleeps .", folder.Config.VocabSize, TestContext.Current.CancellationToken)[0].Candidates;
        double?[] weights = fillMask.WordProbabilities(["the [MASK] sleeps ."], ["farmer", "Trees", "", "the trees", "☃"], TestContext.Current.CancellationToken)[0][0];
        Assert.Equal(all.Single(candidate => candidate.Token == "farmer").Probability, weights[0]!.Value, 1e-9);
        Assert.Equal(all.Single(candidate => candidate.Token == "trees").Probability, weights[1]!.Value, 1e-9);
        Assert.All(weights[2..], Assert.Null);
        Assert.Equal(1, all.Sum(candidate => candidate.Probability), 1e-6);
    }

    [Fact]
    public async Task KernelsAreTheModels()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        JsonElement layers = (await server.Get("/page/kernels")).Succeeded().GetProperty("layers");
        IReadOnlyList<KernelShape> shapes = KernelShapes.Compute(CheckpointFolder.Open(model.Folder).Model, SmallModel.Positions);
        Assert.Equal(model.Config.NumHiddenLayers, layers.GetArrayLength());
        foreach (KernelShape shape in shapes)
        {
            JsonElement shown = layers[shape.Layer].GetProperty(shape.Direction == Direction.Forward ? "forward" : "backward")[shape.Head];
            Assert.Equal(shape.Reach(), shown.GetProperty("reach").GetInt32());
            Assert.Equal(shape.Reach(0.5), shown.GetProperty("half").GetInt32());
            Assert.All(shape.Values.Zip(shown.GetProperty("values").EnumerateArray()), pair => Assert.Equal(pair.First, pair.Second.GetDouble(), 1e-6));
        }
    }

    [Fact]
    public async Task PassagesCoverATextOfAnyLength()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string text = string.Concat(Enumerable.Repeat("the farmer 😀 near the trees sleeps . ", 500));
        (int Start, int End)[] passages = [.. (await server.PostValue("/page/passages", new { text })).Succeeded().GetProperty("passages").EnumerateArray()
            .Select(passage => (passage.GetProperty("start").GetInt32(), passage.GetProperty("end").GetInt32()))];
        Assert.True(passages.Length > 100);
        Assert.Equal((0, text.TrimEnd().Length), (passages[0].Start, passages[^1].End));
        Assert.All(passages.Zip(passages.Skip(1)), pair => Assert.InRange(pair.Second.Start, pair.First.Start + 1, pair.First.End + 1));
    }

    [Theory]
    [InlineData("/page/guesses", "{", 400)]
    [InlineData("/page/guesses", "{}", 422)]
    [InlineData("/page/guesses", """{"texts": [], "words": []}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["no mask"], "words": []}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]", 5], "words": []}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]", "\ud800"], "words": []}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]"], "words": [], "top": 0}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]"], "words": [], "top": 21}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]"], "words": ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]}""", 422)]
    [InlineData("/page/guesses", """{"texts": ["[MASK] a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a"], "words": []}""", 413)]
    [InlineData("/page/guesses", """{"texts": ["[MASK]"], "words": [], "model": "another"}""", 404)]
    [InlineData("/page/tokens", """{"text": null}""", 422)]
    [InlineData("/page/tokens", """{"text": "a", "model": "another"}""", 404)]
    [InlineData("/page/passages", """{"text": ["a"]}""", 422)]
    [InlineData("/page/passages", """{"text": "a", "model": "another"}""", 404)]
    public async Task WhatDoesNotFitIsRefused(string route, string body, int status)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        (await server.Post(route, body)).Refused(status, "Validation");
        (await server.PostValue("/page/guesses", new { texts = new[] { "[MASK]" }, words = new[] { "the" } })).Succeeded();
    }

    [Fact]
    public async Task WhatAModelCannotDoIsRefused()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification", routing: Routing.Attention);
        await using RunningServer server = await RunningServer.Start(model.Folder);
        (await server.PostValue("/page/guesses", new { texts = new[] { "[MASK]" }, words = Array.Empty<string>() })).Refused(424, "Backend", "fills masks");
        (await server.Get("/page/kernels")).Refused(424, "Backend", "has kernels");
        (await server.Get("/page/kernels?model=another")).Refused(404, "Validation", "not loaded");
    }

    /// <summary>The page loads nothing from elsewhere and is shown in no other page; its files need no key, its questions do.</summary>
    [Fact]
    public async Task ThePageIsOpenAndItsQuestionsAreNot()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.ApiKey = "open sesame");
        foreach (string file in (string[])["/", "/page.js", "/sections/masks.js", "/styles/base.css", "/icon.svg"])
        {
            using HttpResponseMessage response = await server.Client.GetAsync(file, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, file);
            string policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.All(["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"], part => Assert.Contains(part, policy, StringComparison.Ordinal));
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }

        (await server.Get("/page/models")).Refused(401, "Validation", "key");
        (await server.PostValue("/page/tokens", new { text = "the" })).Refused(401, "Validation", "key");
        Assert.True((await server.Send(HttpMethod.Get, "/page/models", null, "Bearer open sesame")).Status == System.Net.HttpStatusCode.OK);
    }
}
