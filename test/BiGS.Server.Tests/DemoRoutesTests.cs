using System.Text.Json;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.StateSpace;
using BiGS.Support;
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
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        await using RunningServer server = await RunningServer.Start([fills.Folder, classes.Folder]);
        JsonElement[] models = [.. (await server.Get("/page/models")).Succeeded().GetProperty("models").EnumerateArray()];
        Assert.Equal([true, false], models.Select(model => model.GetProperty("fills").GetBoolean()));
        Assert.All(models, model => Assert.True(model.GetProperty("kernels").GetBoolean() && model.GetProperty("embeds").GetBoolean()));
        Assert.Equal(Path.GetFileName(classes.Folder), models[1].GetProperty("name").GetString());
    }

    [Fact]
    public async Task GuessesAreThePipelines()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string[] texts = ["the [MASK] near the [MASK] sleeps .", "[MASK] knows why"];
        string[] words = ["farmer", "trees", "unhappiness"];
        JsonElement guesses = (await server.PostValue("/page/guesses", new { texts, words, top = 3 })).Succeeded().GetProperty("guesses");
        using FillMask fillMask = FillMask.Open(model.Folder, OnTorch.Fp32);
        var expected = fillMask.Fill(texts, top: 3, TestContext.Current.CancellationToken);
        var weights = fillMask.WordProbabilities(texts, words, TestContext.Current.CancellationToken);
        Assert.Equal([2, 1], guesses.EnumerateArray().Select(text => text.GetArrayLength()));
        for (int t = 0; t < texts.Length; t++)
        {
            for (int m = 0; m < expected[t].Count; m++)
            {
                JsonElement guess = guesses[t][m];
                Assert.Equal(expected[t][m].Candidates.Select(candidate => candidate.Token), guess.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("token").GetString()));
                double?[] said = [.. guess.GetProperty("words").EnumerateArray().Select(word => word.ValueKind == JsonValueKind.Null ? (double?)null : word.GetDouble())];
                Assert.Equal([true, true, false], said.Select(word => word is not null));
                Assert.All(said.Zip(weights[t][m]).Take(2), pair => Assert.Equal(pair.Second!.Value, pair.First!.Value, 1e-6));
            }
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
        foreach (string file in (string[])["/", "/page.css", "/page.js", "/words.js", "/icon.svg"])
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
