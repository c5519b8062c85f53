using System.Globalization;
using System.Text.Json;
using BiGS.Pipelines;
using BiGS.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>The sections that show classes, tags and vectors: their figures are the pipelines'.</summary>
public sealed class PageHeadsTests(Chromium chromium)
{
    private const string Sentence = "the farmer near the trees sleeps .";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ClassesAreTheClassifiers()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification");
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server, $"#text={Sentence.Replace(' ', '+')}");
        using Classifier classifier = Classifier.Open(model.Folder, OnTorch.Fp32);
        ILocator rows = page.Locator("#classes .bars li");
        await Expect(rows).ToHaveTextAsync(Expected(new ModelText(Sentence)));
        await page.GetByLabel("Second text").FillAsync("nobody knows why .");
        await Expect(rows).ToHaveTextAsync(Expected(new ModelText(Sentence, "nobody knows why .")));

        IEnumerable<string> Expected(ModelText text) =>
            classifier.Classify([text], cancellationToken: Now)[0].Labels.Select(label => $"{label.Label}{(100 * label.Probability).ToString("f0", CultureInfo.InvariantCulture)} %");
    }

    [Fact]
    public async Task MoreClassesThanAreShownAreCounted()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification", labels: 77);
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await Expect(page.Locator("#classes .bars li")).ToHaveCountAsync(10);
        await Expect(page.Locator("#classes .status")).ToHaveTextAsync("The 10 likeliest of 77 classes.");
    }

    [Fact]
    public async Task AScoreIsNoShare()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server, $"#text={Sentence.Replace(' ', '+')}");
        double score = (await server.PostValue("/predict", new { inputs = Sentence })).Succeeded()[0].GetProperty("score").GetDouble();
        await Expect(page.Locator("#classes .number")).ToHaveTextAsync([score.ToString("f3", CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task TagsAreTheTaggersAndWordsOutsideHaveNone()
    {
        using var model = new SmallModel(head: "BiGSForTokenClassification");
        string config = await File.ReadAllTextAsync(model.File("config.json"), Now);
        Dictionary<string, JsonElement> properties = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(config)!;
        properties["id2label"] = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["0"] = "O", ["1"] = "B-PER", ["2"] = "I-PER" });
        model.Written("config.json", JsonSerializer.Serialize(properties));
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server, "#text=the+farmer+near+the+trees+sleeps+,+and+nobody+knows+why");
        using Tagger tagger = Tagger.Open(model.Folder, OnTorch.Fp32);
        IReadOnlyList<TaggedWord> words = tagger.Tag(["the farmer near the trees sleeps , and nobody knows why"], cancellationToken: Now)[0];
        Assert.Contains(words, word => word.Tag == "O");
        Assert.Contains(words, word => word.Tag != "O");
        await Expect(page.Locator("#tags .flow li")).ToHaveTextAsync(words.Select(word =>
            word.Tag == "O" ? word.Word : $"{word.Word}{word.Tag}{(100 * word.Probability).ToString("f0", CultureInfo.InvariantCulture)} %"));
        await Expect(page.Locator("#tags .status")).ToContainTextAsync("outside");
    }

    [Fact]
    public async Task TextsAreOrderedBySimilarity()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.MaxClientBatchSize = 2);
        IPage page = await chromium.VisitAsync(server, $"#text={Sentence.Replace(' ', '+')}");
        string[] others = ["nobody knows why .", Sentence, "the trees sleep", "why"];
        await page.GetByLabel("Other texts").FillAsync(string.Join("\n\n", others));
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        float[][] vectors = [.. embedder.Embed([Sentence, .. others], cancellationToken: Now)];
        await Expect(page.Locator("#similarity .bars li")).ToHaveTextAsync(others
            .Select((other, i) => (Text: other, Cosine: vectors[0].Zip(vectors[i + 1], (a, b) => a * b).Sum()))
            .OrderByDescending(other => other.Cosine).Select(other => $"{other.Text}{other.Cosine.ToString("f3", CultureInfo.InvariantCulture)}"));
        await page.GetByLabel("Other texts").FillAsync(string.Join('\n', Enumerable.Repeat("why", 101)));
        await Expect(page.Locator("#similarity .status")).ToHaveTextAsync("The first 100 of 101 texts are compared.");
        await page.GetByLabel("Other texts").FillAsync(string.Concat(Enumerable.Repeat("farmer ", SmallModel.Positions)));
        await Expect(page.Locator("#similarity .failure")).ToContainTextAsync($"at most {SmallModel.Positions} tokens"); // rather than cut without a word
    }
}
