using BiGS.Pipelines;

namespace BiGS.Cli.Bench;

/// <summary>What a server does, beside what the library does by itself.</summary>
/// <param name="MillisecondsAlone">One short text, library, median.</param>
/// <param name="MillisecondsServed">The same through HTTP, one client, median.</param>
/// <param name="LibraryTokensPerSecond">Full batches of texts of 128 tokens, or of as many as the model reads.</param>
/// <param name="ServedTokensPerSecond">The same texts from a few clients, 32 a request.</param>
/// <param name="Load">Many clients, one to eight texts of any length up to that in each request.</param>
/// <param name="MostMegabytes">Resident memory of the server under that load.</param>
/// <param name="MegabytesPerMinute">How it grew over the second half.</param>
/// <param name="Allowed">How many requests at once the overloaded server allows.</param>
/// <param name="Overload">What as many clients saw of a server that allows half as many.</param>
internal sealed record ServerFigures(
    double MillisecondsAlone, double MillisecondsServed, double LibraryTokensPerSecond, double ServedTokensPerSecond, LoadResult Load,
    double MostMegabytes, double MegabytesPerMinute, int Allowed, LoadResult Overload)
{
    public double MillisecondsOver => MillisecondsServed - MillisecondsAlone;

    public double ShareOfLibrary => ServedTokensPerSecond / LibraryTokensPerSecond;

    /// <summary>Requests that were neither answered nor, where the server was overloaded, refused with 429.</summary>
    public int Failed => Load.Statuses.Where(status => status.Key != 200).Sum(status => status.Value)
        + Overload.Statuses.Where(status => status.Key is not (200 or 429)).Sum(status => status.Value);
}

/// <summary>A bounded load on a server that this process starts and stops.</summary>
/// <param name="Folder">The model's.</param>
/// <param name="ServeArguments">What the server is given besides.</param>
/// <param name="Clients">How many send at once.</param>
/// <param name="Time">How long the load lasts; the other measurements take a tenth of it each, from two to thirty seconds.</param>
internal sealed record ServerBench(string Folder, IReadOnlyList<string> ServeArguments, int Clients, TimeSpan Time)
{
    private const int Requests = 512;
    private const int MostTexts = 8;
    private const int FullTexts = 32;
    private const int FullRequests = 8;
    private const int FullClients = 8;
    private const int ShortTokens = 16;
    private const int LongTokens = 128;
    private const int Seed = 11;

    private TimeSpan ShortTime => TimeSpan.FromSeconds(Math.Clamp(Time.TotalSeconds / 10, 2, 30));

    /// <param name="pipelines">The same model in this process.</param>
    /// <param name="stage">Is told what goes on.</param>
    /// <param name="cancellationToken">Stops between requests.</param>
    public async Task<ServerFigures> RunAsync(ModelPipelines pipelines, IProgress<string> stage, CancellationToken cancellationToken)
    {
        var texts = new LoadTexts(pipelines.Tokenizer, Seed);
        int longest = Math.Min(pipelines.MaxTokens, LongTokens);
        LoadRequest[] one = texts.Requests(Requests, texts: 1, ShortTokens);
        LoadRequest[] full = texts.Requests(FullRequests, FullTexts, longest);
        LoadRequest[] mixed = texts.Requests(Requests, MostTexts, shortest: 3, longest);

        using (ServerProcess server = ServerProcess.Start(["--model", Folder, .. ServeArguments]))
        {
            var sides = new LibraryServerComparison(pipelines.Embedder, server.Address, ShortTime);
            stage.Report("one short text, library and server in turn");
            (double alone, double served) = await sides.MeasureMillisecondsAsync(one, cancellationToken);
            stage.Report("full batches, library and server in turn");
            (double libraryPace, double fullPace) = await sides.MeasureThroughputAsync(full, FullClients, cancellationToken);
            stage.Report($"{Clients} clients");
            var memory = new MemoryWatch(server.Address);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task watching = memory.RunAsync(over.Token);
            using var many = new LoadClients(server.Address, Clients);
            LoadResult load = await many.RunAsync(mixed, Time, cancellationToken);
            await over.CancelAsync();
            await watching;
            server.Stop();

            stage.Report("overload");
            int allowed = Math.Max(1, Clients / 2);
            using ServerProcess strict = ServerProcess.Start(["--model", Folder, .. ServeArguments, "--max-concurrent-requests", $"{allowed}"]);
            using var tooMany = new LoadClients(strict.Address, Clients);
            LoadResult overload = await tooMany.RunAsync(mixed, ShortTime, cancellationToken);
            return new ServerFigures(alone, served, libraryPace, fullPace, load, memory.Most, memory.Slope, allowed, overload);
        }
    }
}
