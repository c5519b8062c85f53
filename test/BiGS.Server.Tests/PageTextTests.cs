using System.Text;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Weights;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>Texts of every length and direction: what is cut is said, and what is typed, opened or found is the text itself.</summary>
public sealed class PageTextTests(Chromium chromium)
{
    [Fact]
    public async Task ASentenceThatIsTooLongIsCutAndThePageSaysSo()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        string sentence = string.Join(' ', Enumerable.Repeat("farmer", 40));
        int tokens = BertTokenizer.Open(model.Folder).Encode(sentence).Ids.Count;
        int read = (SmallModel.Positions - 2) * 40 / (tokens - 2); // words; each is as many tokens as any other
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync(sentence);
        await Expect(page.Locator("#sentence-outcome")).ToHaveTextAsync($"{SmallModel.Positions} of {tokens} tokens are read; the last {40 - read} words are cut off.");
        await Expect(page.Locator("#chips .chip")).ToHaveCountAsync(read);
        await Expect(page.Locator("#chips")).ToContainTextAsync("…");
        await Expect(page.Locator("#kernels .token")).ToHaveCountAsync(SmallModel.Positions);
        await page.Locator("#chips .chip").First.ClickAsync();
        await Expect(page.Locator("#masks .fill")).ToHaveCountAsync(1);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("farmer");
        await Expect(page.Locator("#sentence-outcome")).ToHaveTextAsync($"{(tokens - 2) / 40 + 2} tokens.");
    }

    [Fact]
    public async Task NoMoreWordsAreMaskedThanAreAskedFor()
    {
        await using RunningServer server = await RunningServer.Start(ShippedModel.Folder);
        IPage page = await chromium.VisitAsync(server, $"#text={string.Join('+', Enumerable.Repeat("river", 25))}&mask={string.Join(',', Enumerable.Range(0, 25))}");
        await Expect(page.Locator("#masks .fill")).ToHaveCountAsync(20);
        await Expect(page.Locator("#masks .status")).ToHaveTextAsync("20 words are masked, the most at a time.");
        await Expect(page.Locator("#chips [aria-pressed=true]")).ToHaveCountAsync(20);
        await page.Locator("#chips .chip").Last.ClickAsync(new() { Force = true });
        await Expect(page.Locator("#chips [aria-pressed=true]")).ToHaveCountAsync(20);
        await page.Locator("#chips .chip").First.ClickAsync();
        await page.Locator("#chips .chip").Last.ClickAsync();
        await Expect(page.Locator("#chips .chip").Last).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task ArabicRunsFromTheRight()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("النهر يجري إلى البحر.");
        ILocator chips = page.Locator("#chips .chip");
        await Expect(chips).ToHaveTextAsync(["النهر", "يجري", "إلى", "البحر"]);
        Assert.True((await chips.Nth(0).BoundingBoxAsync())!.X > (await chips.Nth(1).BoundingBoxAsync())!.X);
        foreach (string place in (string[])["#sentence", "#chips", "#kernels .flow"])
        {
            await Expect(page.Locator(place)).ToHaveCSSAsync("direction", "rtl");
        }

        await chips.Nth(0).FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(chips.Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#masks .fill > :first-child bdi")).ToHaveTextAsync(["يجري"]);
    }

    [Fact]
    public async Task TheNearestPassageComesFirstAndIsShownInTheText()
    {
        await using RunningServer server = await RunningServer.Start(ShippedModel.Folder);
        IPage page = await chromium.VisitAsync(server);
        string sentence = "Bees live on the honey that they stored in summer.";
        string filler = string.Concat(Enumerable.Repeat("The river runs past farms and quiet towns for many miles. ", 200));
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync($"{filler}\n\n{string.Concat(Enumerable.Repeat(sentence + " ", 7))}\n\n{filler}");
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync(sentence);
        await page.Keyboard.PressAsync("Enter");
        ILocator found = page.Locator("#search .quote");
        await Expect(found).ToHaveCountAsync(5);
        await Expect(found.First).ToContainTextAsync(sentence);
        await Expect(page.Locator("#search .status")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^The 5 nearest of [1-9][0-9] passages, with cosines.$"));
        await found.First.ClickAsync();
        Assert.Contains(sentence, await SelectionAsync(page), StringComparison.Ordinal);
        Assert.InRange(await page.EvaluateAsync<double>("(box => box.scrollTop / box.scrollHeight)(document.getElementById('long-text'))"), 0.3, 0.6);
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync(" ");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#search .status")).ToHaveTextAsync("A text and a question are needed.");
    }

    [Fact]
    public async Task AnswersAreShownWhereTheyStandInTheText()
    {
        using var model = new SmallModel(head: "BiGSForQuestionAnswering");
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        string text = "😀 the farmer near the trees sleeps 😀 nobody knows why . ";
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync(string.Concat(Enumerable.Repeat(text, 4)));
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync("why");
        await page.Keyboard.PressAsync("Enter");
        ILocator marks = page.Locator("#answers mark");
        await Expect(marks).ToHaveCountAsync(3);
        System.Text.Json.JsonElement[] candidates = [.. (await server.PostValue("/answer", new { inputs = new { question = "why", context = string.Concat(Enumerable.Repeat(text, 4)) }, top = 3 }))
            .Succeeded()[0].GetProperty("candidates").EnumerateArray()];
        await Expect(marks).ToHaveTextAsync(candidates.Select(candidate => candidate.GetProperty("text").GetString()!.Trim()));
        for (int i = 0; i < 3; i++)
        {
            await page.Locator("#answers .quote").Nth(i).ClickAsync();
            Assert.Equal(await marks.Nth(i).TextContentAsync(), await SelectionAsync(page));
        }
    }

    [Fact]
    public async Task AFileIsOpenedWhereItIsText()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await Expect(page.Locator("#file")).ToBeVisibleAsync();
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes("the trees sleep – why") });
        await Expect(page.Locator("#file-status")).ToHaveTextAsync("notes.txt is open.");
        await Expect(page.GetByLabel("Long text", new() { Exact = true })).ToHaveValueAsync("the trees sleep – why");
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "scan.pdf", MimeType = "application/pdf", Buffer = [0x25, 0x50, 0x44, 0x46, 0xe2, 0xe3, 0xcf, 0xd3] });
        await Expect(page.Locator("#file-status")).ToContainTextAsync("scan.pdf is not a text in UTF-8");
        await Expect(page.GetByLabel("Long text", new() { Exact = true })).ToHaveValueAsync("the trees sleep – why");
    }

    [Fact]
    public async Task ATextThatIsTooLongForARequestIsCutAndThePageSaysSo()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.PayloadLimit = 12_000);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync(string.Concat(Enumerable.Repeat("the farmer 😀 sleeps . ", 500)));
        await Expect(page.Locator("#long-text-cut")).ToContainTextAsync("The server takes 12,000 bytes at a time: only the first 1,");
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync("why");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#search .quote")).ToHaveCountAsync(5);
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync("the farmer sleeps .");
        await Expect(page.Locator("#long-text-cut")).ToBeHiddenAsync();
    }

    private static Task<string> SelectionAsync(IPage page) =>
        page.EvaluateAsync<string>("(box => box.value.slice(box.selectionStart, box.selectionEnd))(document.getElementById('long-text'))");
}
