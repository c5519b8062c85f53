using System.Text.Json;
using BiGS.Search;
using BiGS.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>An index that is served: its route gives what the library gives, and its section of the page shows it.</summary>
public sealed class SearchTests(Chromium chromium)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SearchMode.Hybrid)]
    [InlineData(SearchMode.Keyword)]
    [InlineData(SearchMode.Vector)]
    public async Task TheRouteGivesWhatTheIndexGives(SearchMode mode)
    {
        using var model = new SmallModel();
        using SearchModel embeds = SearchModel.Open(model.Folder, OnTorch.Fp32);
        string folder = await IndexAsync(model, embeds);
        using SearchIndex index = SearchIndex.Open(folder, embeds);
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.IndexPath = folder);
        JsonElement[] found = [.. (await server.PostValue("/search", new { question = "nobody knows 😀", top = 3, mode = mode.ToString().ToLowerInvariant() }))
            .Succeeded().GetProperty("passages").EnumerateArray()];
        IReadOnlyList<SearchHit> expected = await index.SearchAsync("nobody knows 😀", new SearchOptions { Top = 3, Mode = mode }, Now);
        Assert.Equal(expected.Select(hit => hit.Passage.File), found.Select(hit => hit.GetProperty("file").GetString()!));
        Assert.Equal(expected.Select(hit => hit.KeywordRank), found.Select(hit => Number(hit, "keyword_rank")));
        Assert.Equal(expected.Select(hit => hit.VectorRank), found.Select(hit => Number(hit, "vector_rank")));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.GetProperty("score").GetDouble(), 1e-4));
        if (mode != SearchMode.Vector)
        {
            JsonElement snippet = found[0].GetProperty("snippet");
            Assert.Equal("😀 nobody knows why .", snippet.GetProperty("text").GetString());
            Assert.Equal([(2, 8), (9, 14)], snippet.GetProperty("highlights").EnumerateArray().Select(word => (word.GetProperty("start").GetInt32(), word.GetProperty("end").GetInt32())));
        }

        Assert.Contains("/search", (await server.Get("/info")).Json.GetProperty("models")[0].GetProperty("routes").EnumerateArray().Select(route => route.GetString()));
        Assert.Contains("te_request_count{method=\"single\",path=\"/search\"} 1", (await server.Get("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsAddedMeanwhileIsFound()
    {
        using var model = new SmallModel();
        using SearchModel embeds = SearchModel.Open(model.Folder, OnTorch.Fp32);
        string folder = await IndexAsync(model, embeds);
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.IndexPath = folder);
        Assert.DoesNotContain("new.txt", (await server.PostValue("/search", new { question = "old trees" })).Succeeded().GetRawText(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "new.txt"), "old old trees\n", Now);
        await SearchIndex.UpdateAsync(folder, embeds, cancellationToken: Now);
        Assert.Contains("new.txt", (await server.PostValue("/search", new { question = "old trees" })).Succeeded().GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadRequestsAndMissingIndexesAreRefused()
    {
        using var model = new SmallModel();
        using var other = new SmallModel(head: "BiGSForSequenceClassification");
        using SearchModel embeds = SearchModel.Open(model.Folder, OnTorch.Fp32);
        string folder = await IndexAsync(model, embeds);
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.IndexPath = folder);
        (await server.Post("/search", """{"question": " "}""")).Refused(422, "Validation", "`question` cannot be empty");
        (await server.Post("/search", """{"question": "why", "top": 101}""")).Refused(422, "Validation", "`top` is 101; expected 1 to 100");
        (await server.Post("/search", """{"question": "why", "mode": "magic"}""")).Refused(422, "Validation", "$.mode");
        (await server.Post("/search", """{"question": "why", "prompt_name": "query"}""")).Refused(422, "Validation", "prompt_name");
        (await server.Post("/search", """{"question": "\"' OR * NEAR( -"}""")).Succeeded();
        await using RunningServer without = await RunningServer.Start(model.Folder);
        (await without.PostValue("/search", new { question = "why" })).Refused(424, "Backend", "no index");
        InvalidDataException refused = await Assert.ThrowsAsync<InvalidDataException>(() => RunningServer.Start(other.Folder, options => options.IndexPath = folder));
        Assert.Contains("not among the models that are served", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePageSearchesWhereAnIndexIsServed()
    {
        using var model = new SmallModel();
        using SearchModel embeds = SearchModel.Open(model.Folder, OnTorch.Fp32);
        string folder = await IndexAsync(model, embeds);
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.IndexPath = folder);
        IPage page = await chromium.VisitAsync(server);
        ILocator section = page.Locator("#documents");
        await section.GetByLabel("Question to the documents").FillAsync("nobody knows 😀");
        await section.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(section.Locator(".found li")).ToHaveCountAsync(3);
        await Expect(section.Locator(".place").First).ToContainTextAsync("why.md, line 1");
        await Expect(section.Locator(".place").First).ToContainTextAsync("no. 1 by words");
        await Expect(section.Locator(".quote").First.Locator("mark")).ToHaveTextAsync(["nobody", "knows"]);
        await section.GetByLabel("words", new() { Exact = true }).CheckAsync();
        await Expect(section.Locator(".found li")).ToHaveCountAsync(1);
        await Expect(section.Locator(".ranks")).ToHaveTextAsync("no. 1 by words");
        await section.GetByLabel("Question to the documents").FillAsync("zebra");
        await section.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(section.Locator(".outcome")).ToContainTextAsync("No passage has any of these words.");

        IPage again = await chromium.VisitAsync(server, "#query=trees&ranking=vector");
        await Expect(again.Locator("#documents .ranks").First).ToHaveTextAsync("no. 1 by vectors");
        await using RunningServer without = await RunningServer.Start(model.Folder);
        IPage bare = await chromium.VisitAsync(without);
        await Expect(bare.Locator("#search")).ToBeVisibleAsync();
        await Expect(bare.Locator("#documents")).ToBeHiddenAsync();
    }

    /// <summary>An index of three small documents, beside a model.</summary>
    /// <returns>The folder of the documents.</returns>
    internal static async Task<string> IndexAsync(SmallModel model, SearchModel embeds)
    {
        string folder = Directory.CreateDirectory(model.File("documents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "why.md"), "😀 nobody knows why .", Now);
        await File.WriteAllTextAsync(Path.Combine(folder, "farm.txt"), "the farmer sleeps .\n", Now);
        await File.WriteAllTextAsync(Path.Combine(folder, "trees.txt"), "the trees near the farmer\n", Now);
        await SearchIndex.UpdateAsync(folder, embeds, cancellationToken: Now);
        return folder;
    }

    private static int? Number(JsonElement hit, string name) => hit.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
}
