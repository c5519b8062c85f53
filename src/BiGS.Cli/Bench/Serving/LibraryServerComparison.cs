using System.Diagnostics;
using BiGS.Pipelines;

namespace BiGS.Cli.Bench;

/// <summary>The library by itself and the server, in turn: whatever else the machine does falls on both alike.</summary>
/// <param name="Embedder">The library.</param>
/// <param name="Server">Where the server is.</param>
/// <param name="Time">How long a comparison lasts.</param>
internal sealed record LibraryServerComparison(Embedder Embedder, Uri Server, TimeSpan Time)
{
    private const int ShortWarmUps = 20;
    private const int FullWarmUps = 1;
    private const double Half = 0.5;

    /// <summary>Median milliseconds of one request by itself, through the library and through HTTP.</summary>
    public async Task<(double Library, double Http)> MeasureMillisecondsAsync(LoadRequest[] requests, CancellationToken cancellationToken)
    {
        using var client = new LoadClients(Server, 1);
        var library = new List<double>();
        var http = new List<double>();
        await RunInTurnAsync(
            ShortWarmUps,
            async i =>
            {
                LoadRequest request = requests[i % requests.Length];
                long start = Stopwatch.GetTimestamp();
                Embedder.Embed(request.Texts, cancellationToken: cancellationToken);
                library.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                http.AddRange((await client.RunOnceAsync([request], cancellationToken)).Milliseconds);
            },
            () =>
            {
                library.Clear();
                http.Clear();
            });
        return (Median(library), Median(http));
    }

    /// <summary>Tokens a second of many texts, through the library in one call and through HTTP from some clients.</summary>
    public async Task<(double Library, double Http)> MeasureThroughputAsync(LoadRequest[] requests, int clients, CancellationToken cancellationToken)
    {
        using var several = new LoadClients(Server, clients);
        string[] texts = [.. requests.SelectMany(request => request.Texts)];
        (double librarySeconds, double httpSeconds, long libraryTokens, long httpTokens) = (0, 0, 0L, 0L);
        await RunInTurnAsync(
            FullWarmUps,
            async _ =>
            {
                long start = Stopwatch.GetTimestamp();
                Embedder.Embed(texts, cancellationToken: cancellationToken);
                librarySeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                libraryTokens += requests.Sum(request => request.Tokens);
                LoadResult answered = await several.RunOnceAsync(requests, cancellationToken);
                httpSeconds += answered.Seconds;
                httpTokens += answered.Tokens;
            },
            () => (librarySeconds, httpSeconds, libraryTokens, httpTokens) = (0, 0, 0L, 0L));
        return (libraryTokens / librarySeconds, httpTokens / httpSeconds);
    }

    /// <summary>A few turns that do not count, then turns for the time.</summary>
    private async Task RunInTurnAsync(int warmUps, Func<int, Task> turn, Action forget)
    {
        for (int i = 0; i < warmUps; i++)
        {
            await turn(i);
        }

        forget();
        long start = Stopwatch.GetTimestamp();
        for (int i = warmUps; i == warmUps || Stopwatch.GetElapsedTime(start) < Time; i++)
        {
            await turn(i);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAtOrDefault((int)(values.Count * Half));
}
