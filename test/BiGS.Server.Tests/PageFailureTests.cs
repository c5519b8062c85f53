using BiGS.Support;
using BiGS.Weights;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BiGS.Server.Tests;

/// <summary>What the page does where the server fails, is slow, or wants a key.</summary>
public sealed class PageFailureTests(Chromium chromium)
{
    private const string Again = "Try again";

    [Fact]
    public async Task AFailedRequestSaysSoAndOffersToTryAgain()
    {
        await using RunningServer server = await RunningServer.Start(ShippedModel.Folder);
        IPage page = await chromium.VisitAsync(server);
        ILocator masks = page.Locator("#masks .outcome");
        ILocator agreement = page.Locator("#agreement .outcome");
        await Expect(agreement).ToContainTextAsync("of 5 verbs");
        await page.RouteAsync("**/page/guesses", route => route.AbortAsync());
        await page.Locator("#chips").GetByText("river").ClickAsync();
        await page.GetByLabel("plural").CheckAsync();
        foreach (ILocator outcome in (ILocator[])[masks, agreement])
        {
            // Nothing stands beside the failure: no figures of earlier answers, and none of answers that never came.
            await Expect(outcome).ToHaveTextAsync($"The server does not answer. It may have stopped, or the connection is lost.{Again}");
        }

        await Expect(page.Locator("#announcements")).ToContainTextAsync("does not answer");
        await page.UnrouteAllAsync();
        await masks.GetByText(Again).ClickAsync();
        await Expect(masks.Locator(".fill h3")).ToHaveTextAsync(["Instead of “river”", "Instead of “sea”"]);
        await Expect(agreement.Locator(".agreeing").First).ToHaveTextAsync("The keys … old."); // the other that failed was tried again with it
    }

    [Theory]
    [InlineData(503, """{"error": "the model is overloaded", "error_type": "Overloaded"}""", "The server says: the model is overloaded", true)]
    [InlineData(429, """{"error": "the model is overloaded", "error_type": "Overloaded"}""", "The server says: the model is overloaded", true)]
    [InlineData(500, "<html>", "The server answered with status 500.", true)]
    [InlineData(200, "{", "The server’s answer broke off, or is not JSON.", true)]
    [InlineData(413, """{"error": "the text is too long", "error_type": "Validation"}""", "The server says: the text is too long", false)]
    [InlineData(422, """{"error": "`top` is 0", "error_type": "Validation"}""", "The server says: `top` is 0", false)]
    public async Task ARefusalIsShownInTheServersWordsAndOfferedAgainWhereItMayPass(int status, string body, string expected, bool isOffered)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.OpenAsync();
        await page.RouteAsync("**/page/guesses", route => route.FulfillAsync(new RouteFulfillOptions { Status = status, Body = body }));
        await page.GotoAsync(server.Address.ToString());
        await Expect(page.Locator("#masks .failure p")).ToHaveTextAsync(expected);
        await Expect(page.Locator("#masks").GetByText(Again)).ToHaveCountAsync(isOffered ? 1 : 0);
        await Expect(page.Locator("#kernels .token").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task AServerThatHasStoppedIsSaidOnce()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await server.StopAsync();
        await page.GetByLabel("Sentence", new() { Exact = true }).FillAsync("the farmer sleeps .");
        await Expect(page.GetByText("The server does not answer.")).ToHaveCountAsync(1);
        await Expect(page.Locator("#sentence-outcome .failure")).ToBeVisibleAsync();
        await Expect(page.Locator("#masks .bars, #masks .chip, #kernels .token, #similarity .bars")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task APageThatCouldNotStartCanBeStartedAgain()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.OpenAsync();
        await page.RouteAsync("**/page/models", route => route.AbortAsync());
        await page.GotoAsync(server.Address.ToString());
        await Expect(page.Locator("#start .failure")).ToContainTextAsync("does not answer");
        await Expect(page.Locator("section:visible")).ToHaveCountAsync(0);
        await page.UnrouteAllAsync();
        await page.GetByText(Again).ClickAsync();
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await Expect(page.Locator("#start")).ToHaveTextAsync("");
    }

    [Fact]
    public async Task OneModelThatFailsLeavesTheOthersAnswer()
    {
        using var small = new SmallModel();
        await using RunningServer server = await RunningServer.Start([ShippedModel.Folder, small.Folder]);
        IPage page = await chromium.VisitAsync(server);
        ILocator columns = page.Locator("#agreement .column"); // in the small vocabulary the sentences are too long for the small model
        await Expect(columns.Nth(0).Locator(".agreeing")).ToHaveCountAsync(5);
        await Expect(columns.Nth(1).Locator(".failure")).ToContainTextAsync($"at most {SmallModel.Positions} tokens");
        await Expect(columns.Nth(1).GetByText(Again)).ToHaveCountAsync(0); // the next attempt would be too long as well
        await Expect(page.Locator("#agreement .status")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^english: [0-5] of 5 verbs in the right number\\.$"));
    }

    [Fact]
    public async Task WhatTakesLongCanBeCancelledAndAskedAgain()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        IPage page = await chromium.VisitAsync(server);
        ILocator search = page.Locator("#search .outcome");
        await Expect(page.Locator("#similarity .bars").First).ToBeVisibleAsync();
        await page.RouteAsync("**/page/passages", _ => { }); // is never answered
        await page.GetByLabel("Long text", new() { Exact = true }).FillAsync("the farmer near the trees sleeps .");
        await page.Locator("#question").PressAsync("Enter");
        await Expect(search.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await search.GetByText("Cancel").ClickAsync();
        await Expect(search).ToHaveTextAsync($"Cancelled.{Again}");
        await page.UnrouteAllAsync();
        await search.GetByText(Again).ClickAsync();
        await Expect(search.Locator(".quote")).ToHaveTextAsync(["the farmer near the trees sleeps ."]);
    }

    [Fact]
    public async Task TheKeyIsAskedForUntilItIsRight()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.ApiKey = "open sesame");
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync(server.Address.ToString());
        ILocator dialog = page.GetByRole(AriaRole.Dialog);
        ILocator key = page.GetByLabel("Key", new() { Exact = true });
        await Expect(dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#start .failure")).ToContainTextAsync("only those who have its key");
        await page.GetByText(Again).ClickAsync();
        await Expect(dialog).ToContainTextAsync("answers those who have its key");
        await key.FillAsync("öffne dich");
        await page.Keyboard.PressAsync("Enter"); // no header can hold it, so the form does not take it
        await Expect(dialog).ToBeVisibleAsync();
        await key.FillAsync("open barley");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("does not accept this key");
        await Expect(key).ToHaveValueAsync("");
        await key.FillAsync("open sesame");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await Expect(dialog).ToBeHiddenAsync();
    }

    /// <summary>A key that is not accepted any more, as after a restart with another one, is asked for again in the middle of work.</summary>
    [Fact]
    public async Task AKeyThatIsRefusedLaterIsAskedForOnce()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.ApiKey = "new");
        IPage page = await chromium.OpenAsync();
        await page.AddInitScriptAsync("sessionStorage.getItem('bigs-key') ?? sessionStorage.setItem('bigs-key', 'old')");
        await page.GotoAsync(server.Address.ToString());
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("does not accept this key");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("new");
        await page.GetByText("Use this key").ClickAsync();
        await Expect(page.Locator("#masks .bars").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
    }
}
