using System.Diagnostics;
using System.Text.Json;
using BiGS.Support;
using BiGS.Weights;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>What is taken from the page: its state as a link, its results, and its requests for a shell.</summary>
public sealed class PageLinkTests(Chromium chromium)
{
    [Fact]
    public async Task ALinkLeadsToThePageAsItIs()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start([ShippedModel.Folder, model.Folder]);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Compare with").SelectOptionAsync("");
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("Bees & wasps: 100 % “hungry” #1");
        await page.Locator("#chips").GetByText("wasps").ClickAsync();
        await page.GetByLabel("plural").CheckAsync();
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync("Who?");
        await page.Locator("nav").GetByText("Kernels").ClickAsync();
        await page.GetByText("Copy link").ClickAsync();
        await Expect(page.Locator("#copy-link")).ToHaveTextAsync("Copied");
        string link = await ClipboardAsync(page);
        Assert.StartsWith(server.Address + "#", link, StringComparison.Ordinal);

        IPage other = await chromium.OpenAsync();
        await other.GotoAsync(link);
        await AssertSame(other);
        await Expect(other.Locator("#kernels figure").Last).ToBeVisibleAsync();
        await Expect(other.Locator("#kernels h2")).ToBeInViewportAsync();
        await other.ReloadAsync();
        await AssertSame(other);

        // A link that is opened in the same tab, and one to the page as it is at first.
        await other.EvaluateAsync("location.hash = '#text=the+sea&mask=1'");
        await Expect(other.Locator("#masks .fill > :first-child bdi")).ToHaveTextAsync(["sea", "sea"]);
        await Expect(other.GetByLabel("singular")).ToBeCheckedAsync();
        await other.EvaluateAsync("location.hash = ''");
        await Expect(other.GetByLabel("Sentence", new() { Exact = true })).ToHaveValueAsync("The river flows into the sea.");

        static async Task AssertSame(IPage page)
        {
            await Expect(page.GetByLabel("Sentence", new() { Exact = true })).ToHaveValueAsync("Bees & wasps: 100 % “hungry” #1");
            await Expect(page.Locator("#masks .fill > :first-child bdi")).ToHaveTextAsync(["wasps"]);
            await Expect(page.Locator("#agreement .agreeing").First).ToHaveTextAsync("The keys … old.");
            await Expect(page.GetByLabel("Question", new() { Exact = true })).ToHaveValueAsync("Who?");
            await Expect(page.GetByLabel("Compare with")).ToHaveValueAsync("");
        }
    }

    [Fact]
    public async Task ATextThatIsTooLongForALinkIsLeftOutAndThePageSaysSo()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync(new string('a', 5000));
        await page.GetByLabel("Question", new() { Exact = true }).FillAsync("why");
        await page.GetByText("Copy link").ClickAsync();
        await Expect(page.Locator("#copy-link")).ToHaveTextAsync("Copied; the long text is too long for a link");
        Assert.Equal($"{server.Address}#question=why", await ClipboardAsync(page));
    }

    [Fact]
    public async Task AnExampleIsASentenceWithItsMasks()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.GetByText("Examples").ClickAsync();
        await page.GetByText("Mary Smith flew").ClickAsync();
        await Expect(page.GetByLabel("Sentence", new() { Exact = true })).ToHaveValueAsync("Mary Smith flew from Paris to New York on Monday.");
        await Expect(page.Locator("#chips [aria-pressed=true]")).ToHaveTextAsync(["flew"]);
        await Expect(page.Locator("#examples ul")).ToBeHiddenAsync();
        await page.WaitForURLAsync("**mask=2**");
    }

    [Fact]
    public async Task ResultsAreCopiedAsATable()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification");
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await page.Locator("#classes").GetByText("Copy", new() { Exact = true }).ClickAsync();
        await Expect(page.Locator("#classes").GetByText("Copied")).ToBeVisibleAsync();
        string[][] rows = [.. (await ClipboardAsync(page)).Split('\n').Select(line => line.Split('\t'))];
        Assert.Equal(await page.Locator("#classes .word").AllTextContentsAsync(), rows.Select(row => row[0]));
        Assert.Equal(1, rows.Sum(row => double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture)), 1e-4);
    }

    /// <summary>Where the browser forbids writing to the clipboard, as on plain HTTP from elsewhere.</summary>
    [Fact]
    public async Task WhatCannotBeCopiedIsShown()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.OpenAsync();
        await page.AddInitScriptAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
        await page.GotoAsync($"{server.Address}#question=why");
        await page.GetByText("Copy link").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Text")).ToHaveValueAsync($"{server.Address}#question=why");
        Assert.Equal($"{server.Address}#question=why", await page.EvaluateAsync<string>("document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"));
    }

    /// <summary>The line of every section is run in a shell; the key comes from the environment.</summary>
    [Theory]
    [InlineData("BiGSForMaskedLM", "#masks")]
    [InlineData("BiGSForMaskedLM", "#similarity")]
    [InlineData("BiGSForMaskedLM", "#search")]
    [InlineData("BiGSForSequenceClassification", "#classes")]
    [InlineData("BiGSForTokenClassification", "#tags")]
    [InlineData("BiGSForQuestionAnswering", "#answers")]
    public async Task ARequestIsCopiedForTheShell(string head, string section)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "there is no curl here");
        const string Key = "open $esame";
        using var model = new SmallModel(head: head);
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.ApiKey = Key);
        IPage page = await chromium.OpenAsync();
        await page.AddInitScriptAsync($"sessionStorage.setItem('bigs-key', '{Key}')");
        await page.GotoAsync($"{server.Address}#text=the+farmer's+%22trees%22&mask=0&document=the+farmer's+trees&question=why");
        await page.Locator("#question").PressAsync("Enter");
        await page.Locator(section).GetByText("Copy as curl").ClickAsync();
        await Expect(page.Locator(section).GetByText("Copied")).ToBeVisibleAsync();
        string line = await ClipboardAsync(page);
        Assert.DoesNotContain(Key, line, StringComparison.Ordinal);

        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{line} --silent --fail-with-body --max-time 60"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["BIGS_API_KEY"] = Key;
        using Process shell = Process.Start(start)!;
        string answer = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(shell.ExitCode == 0, answer);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(answer).RootElement.ValueKind);
    }

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("navigator.clipboard.readText()");
}
