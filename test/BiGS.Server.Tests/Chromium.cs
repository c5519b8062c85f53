using BiGS.Server.Tests;
using BiGS.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace BiGS.Server.Tests;

/// <summary>
/// A real browser for the tests of the page, started once and when it is first needed: the one that <c>BIGS_CHROMIUM</c> names, or a Chromium on the PATH.
/// Where there is none they are skipped, and say so.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>Milliseconds: other tests compute beside these.</summary>
    private const int Patience = 60_000;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly Lazy<Task<(IPlaywright, IBrowser)?>> _started = new(StartAsync);

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated && await _started.Value is var (playwright, browser))
        {
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    /// <summary>A blank page of its own, without anything that another has stored.</summary>
    internal async Task<IPage> OpenAsync(int width = 1200, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        (IPlaywright, IBrowser Browser)? started = await _started.Value;
        Assert.SkipWhen(started is null, $"there is no Chromium here ({string.Join(", ", Names)}); install Debian's package chromium, or set BIGS_CHROMIUM to one.");
        IBrowserContext context = await started.Value.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    /// <summary>The page of a server, once its models have read the sentence.</summary>
    /// <param name="server">Whose page.</param>
    /// <param name="fragment">The state in its address, with the #.</param>
    /// <param name="width">Of the window, in pixels.</param>
    internal async Task<IPage> VisitAsync(RunningServer server, string fragment = "", int width = 1200)
    {
        IPage page = await OpenAsync(width);
        await page.GotoAsync(server.Address + fragment);
        await Assertions.Expect(page.Locator("#sentence-outcome")).ToContainTextAsync("tokens");
        return page;
    }

    private static async Task<(IPlaywright, IBrowser)?> StartAsync()
    {
        if (Find() is not { } path)
        {
            return null;
        }

        Assertions.SetDefaultExpectTimeout(Patience);
        IPlaywright playwright = await Playwright.CreateAsync();
        // As root, as in a container, Chromium starts only without its sandbox; it sees no other page than ours.
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] }));
    }

    private static string? Find() => Environment.GetEnvironmentVariable("BIGS_CHROMIUM") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
