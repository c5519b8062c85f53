using System.Globalization;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>The sections of the page that show a masked language model and its kernels, used by mouse and by keyboard.</summary>
public sealed class PageTests(Chromium chromium)
{
    [Fact]
    public async Task AWordThatIsChosenIsMaskedAndPredicted()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer near the trees sleeps .");
        await page.Locator("#chips").GetByText("farmer").ClickAsync();
        ILocator headings = page.Locator("#masks .fill h3");
        await Expect(headings).ToHaveTextAsync(["Instead of “farmer”"]);
        using FillMask fillMask = FillMask.Open(model.Folder, OnTorch.Fp32);
        string[] expected =
        [
            .. fillMask.Fill("the [MASK] near the trees sleeps .", top: 10, TestContext.Current.CancellationToken)[0].Candidates.Select(candidate => candidate.Token)
                .Where(token => !token.StartsWith('[')).Take(5).Select(token => token.Replace("##", "…", StringComparison.Ordinal)),
        ];
        Assert.Equal(expected, await page.Locator("#masks .bars li:not(.apart) .word").AllTextContentsAsync());
        await page.Locator("#chips").GetByText("sleeps").ClickAsync();
        await Expect(headings).ToHaveTextAsync(["Instead of “farmer”", "Instead of “sleeps”"]);
        await page.Locator("#chips").GetByText("farmer").ClickAsync();
        await Expect(headings).ToHaveTextAsync(["Instead of “sleeps”"]);
        await page.Locator("#chips").GetByText("sleeps").ClickAsync();
        await Expect(page.Locator("#masks .status")).ToHaveTextAsync("Choose a word.");
        await Expect(headings).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task MasksStayOnTheirWordsWhenTheSentenceIsEdited()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        ILocator pressed = page.Locator("#chips [aria-pressed=true]");
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer near the trees sleeps .");
        await page.Locator("#chips").GetByText("farmer").ClickAsync();
        await page.Locator("#chips").GetByText("sleeps").ClickAsync();
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer by all the trees sleeps .");
        await Expect(page.Locator("#chips")).ToHaveTextAsync("the farmer by all the trees sleeps .");
        await Expect(pressed).ToHaveTextAsync(["farmer", "sleeps"]);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("all farmers sleep .");
        await Expect(page.Locator("#chips")).ToHaveTextAsync("all farmers sleep .");
        await Expect(pressed).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task WordsAreMaskedByKeyboard()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer sleeps");
        await Expect(page.Locator("#chips")).ToHaveTextAsync("the farmer sleeps");
        await page.Locator("#copy-link").FocusAsync();
        ILocator focused = page.Locator(":focus");
        do
        {
            await page.Keyboard.PressAsync("Tab");
        }
        while (await focused.GetAttributeAsync("class") != "chip");
        await Expect(focused).ToHaveTextAsync("the");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Space");
        await Expect(focused).ToHaveTextAsync("farmer");
        await Expect(focused).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#masks .fill h3")).ToHaveTextAsync(["Instead of “farmer”"]);
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#masks .status")).ToHaveTextAsync("Choose a word.");
        await page.Keyboard.PressAsync("End");
        await Expect(focused).ToHaveTextAsync("sleeps");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#noun")).ToBeFocusedAsync(); // of all words, one is a stop
    }

    [Fact]
    public async Task TwoModelsStandSideBySide()
    {
        using var first = new SmallModel();
        using var second = new SmallModel(maskPadding: false);
        await using RunningServer server = await RunningServer.Start([first.Folder, second.Folder]);
        IPage page = await chromium.VisitAsync(server);
        string[] names = [Path.GetFileName(first.Folder), Path.GetFileName(second.Folder)];
        await Expect(page.Locator("#masks .model-name")).ToHaveTextAsync(names);
        await Expect(page.Locator("#kernels .model-name")).ToHaveTextAsync(names);
        Assert.Equal(await Top("#masks .column.model-1"), await Top("#masks .column.model-2"));
        await page.GetByLabel("Compare with").SelectOptionAsync("");
        await Expect(page.Locator("#masks .column")).ToHaveCountAsync(1);
        await Expect(page.Locator("#kernels .column")).ToHaveCountAsync(1);

        async Task<double> Top(string place) => (await page.Locator(place).BoundingBoxAsync())!.Y;
    }

    [Fact]
    public async Task NounsComeBetweenSubjectAndVerb()
    {
        await using RunningServer server = await RunningServer.Start(ShippedModel.Folder);
        IPage page = await chromium.VisitAsync(server);
        ILocator sentences = page.Locator("#agreement .agreeing");
        await Expect(sentences).ToHaveCountAsync(5);
        await Expect(sentences.Nth(2)).ToHaveTextAsync("The key to the cabinets near the doors … old.");
        await page.GetByLabel("plural").CheckAsync();
        await Expect(sentences.Nth(1)).ToHaveTextAsync("The keys to the cabinet … old.");
        await page.GetByLabel("of the same").CheckAsync();
        await Expect(sentences.Nth(4)).ToHaveTextAsync("The keys to the cabinets near the doors of the houses behind the gardens … old.");
        using FillMask fillMask = FillMask.Open(ShippedModel.Folder, OnTorch.Fp32);
        double?[] words = fillMask.WordProbabilities(["The keys to the cabinets [MASK] old."], ["is", "are"], TestContext.Current.CancellationToken)[0][0];
        string share = (100 * words[1]!.Value / (words[0]!.Value + words[1]!.Value)).ToString("f0", CultureInfo.InvariantCulture);
        await Expect(page.Locator("#agreement .verdict").Nth(1)).ToContainTextAsync($"{share} % of the two");
        await Expect(page.Locator("#agreement .status")).ToContainTextAsync("of 5 verbs in the right number");
    }

    [Fact]
    public async Task KernelsReachAsFarAsTheyDo()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer near the trees sleeps .");
        ILocator tokens = page.Locator("#kernels .token");
        await Expect(tokens.Locator(".piece")).ToHaveTextAsync(["[CLS]", "the", "farmer", "near", "the", "trees", "sleeps", ".", "[SEP]"]);
        IReadOnlyList<KernelShape> shapes = KernelShapes.Compute(CheckpointFolder.Open(model.Folder).Model, SmallModel.Positions);
        await Expect(page.Locator("#kernels figure")).ToHaveCountAsync(2);
        await Expect(page.Locator("#kernels figcaption").First).ToContainTextAsync(
            $"half within {shapes[0].Reach(0.5)} before and {shapes[1].Reach(0.5)} behind, nine tenths within {shapes[0].Reach()} and {shapes[1].Reach()}");
        for (int layer = 0; layer < 2; layer++)
        {
            await page.Locator("#layer").SelectOptionAsync($"{layer + 1}");
            (KernelShape before, KernelShape behind) = (shapes[2 * layer], shapes[2 * layer + 1]);
            await tokens.GetByText("trees").ClickAsync();
            await Expect(page.Locator("#kernels .token[aria-pressed=true]")).ToBeFocusedAsync();
            Assert.Equal(Percent(before, 5), await tokens.Nth(0).Locator(".number").TextContentAsync());
            Assert.Equal(Percent(behind, 2), await tokens.Nth(7).Locator(".number").TextContentAsync());
            int near = Math.Min(5, before.Reach(0.5)) + 1 + Math.Min(3, behind.Reach(0.5)); // five tokens before, three behind
            await Expect(page.Locator("#kernels .token.near")).ToHaveCountAsync(near);
        }

        static string Percent(KernelShape kernel, int distance)
        {
            double percent = 100 * Math.Abs(kernel.Values[distance]) / kernel.Values.Sum(Math.Abs);
            return percent >= 10 ? percent.ToString("f0", CultureInfo.InvariantCulture) : percent >= 0.1 ? percent.ToString("f1", CultureInfo.InvariantCulture) : "<0.1";
        }
    }

    [Fact]
    public async Task OnlyWhatTheChosenModelsCanDoIsShown()
    {
        using var classes = new SmallModel(head: "BiGSForSequenceClassification", routing: Routing.Attention);
        using var tags = new SmallModel(head: "BiGSForTokenClassification", routing: Routing.Attention);
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering", routing: Routing.Attention);
        using var masks = new SmallModel();
        await using RunningServer server = await RunningServer.Start([classes.Folder, tags.Folder, answers.Folder, masks.Folder]);
        IPage page = await chromium.VisitAsync(server);
        ILocator links = page.Locator("nav a");
        await Expect(links).ToHaveTextAsync(["Classes", "Similarity", "Ask a long text", "Search"]);
        await page.Locator("#model").SelectOptionAsync(Path.GetFileName(tags.Folder));
        await Expect(links).ToHaveTextAsync(["Tags", "Similarity", "Ask a long text", "Search"]);
        await page.Locator("#model").SelectOptionAsync(Path.GetFileName(answers.Folder));
        await Expect(links).ToHaveTextAsync(["Similarity", "Ask a long text", "Answers", "Search"]);
        await page.GetByLabel("Compare with").SelectOptionAsync(Path.GetFileName(masks.Folder));
        await Expect(links).ToHaveTextAsync(["Masked words", "Subject–verb agreement", "Similarity", "Ask a long text", "Answers", "Search", "Kernels"]);
        Assert.Equal(await links.CountAsync(), await page.Locator("section:visible").CountAsync());
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await Expect(page.Locator("#masks .model-name")).ToHaveTextAsync([Path.GetFileName(masks.Folder)]); // one of the two that are chosen
    }

    [Fact]
    public async Task ATextStaysAText()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the <b>farmer</b> [MASK] & sleeps");
        await Expect(page.Locator("#masks .fill h3")).ToHaveTextAsync(["[MASK]"]);
        await Expect(page.Locator("#chips b")).ToHaveCountAsync(0);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("");
        await Expect(page.Locator("#sentence-outcome")).ToHaveTextAsync("Type a sentence.");
        await Expect(page.Locator("#masks .bars, #kernels .token, #similarity .bars")).ToHaveCountAsync(0);
    }
}
