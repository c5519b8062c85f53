using Microsoft.Playwright;

namespace BiGS.Server.Tests;

/// <summary>A real browser for the tests of the page: the one that <c>BIGS_CHROMIUM</c> names, or a Chromium on the PATH. Where there is none they are skipped, and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Milliseconds: other tests compute beside these.</summary>
    private const int Patience = 60_000;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Find() is { } path)
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            _playwright = await Playwright.CreateAsync();
            // As root, as in a container, Chromium starts only without its sandbox; it sees no other page than ours.
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A page of its own, without anything that another has stored.</summary>
    internal async Task<IPage> Open(int wide = 1200, int high = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, $"there is no Chromium here ({string.Join(", ", Names)}); install Debian's package chromium, or set BIGS_CHROMIUM to one.");
        IBrowserContext context = await _browser.NewContextAsync(
            new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = wide, Height = high }, ColorScheme = scheme });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    private static string? Find() => Environment.GetEnvironmentVariable("BIGS_CHROMIUM") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
