using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace BiGS.Cli.Bench;

/// <summary>What clients saw.</summary>
/// <param name="Statuses">How many requests ended with each status; 0 stands for a connection that broke.</param>
/// <param name="Milliseconds">Of the requests that were answered, from the shortest to the longest.</param>
/// <param name="Tokens">Of the texts that were answered.</param>
/// <param name="Seconds">From the first request to the last answer.</param>
internal sealed record LoadResult(IReadOnlyDictionary<int, int> Statuses, double[] Milliseconds, long Tokens, double Seconds)
{
    public double TokensPerSecond => Tokens / Seconds;

    public double RequestsPerSecond => Milliseconds.Length / Seconds;

    /// <summary>The time within which a share of the answers came.</summary>
    public double Within(double share) => Milliseconds.Length == 0 ? double.NaN : Milliseconds[Math.Min(Milliseconds.Length - 1, (int)(share * Milliseconds.Length))];
}

/// <summary>Clients that each send a request, wait for the answer, and send the next.</summary>
/// <param name="address">Of the server.</param>
/// <param name="count">How many.</param>
internal sealed class LoadClients(Uri address, int count) : IDisposable
{
    private const int Answered = 200;
    private const int Broken = 0;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = count }) { BaseAddress = address };

    /// <summary>Sends requests round and round for a time.</summary>
    public Task<LoadResult> RunAsync(LoadRequest[] requests, TimeSpan time, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        return RunAsync(requests, _ => Stopwatch.GetElapsedTime(start) < time, cancellationToken);
    }

    /// <summary>Sends each request once.</summary>
    public Task<LoadResult> RunOnceAsync(LoadRequest[] requests, CancellationToken cancellationToken) => RunAsync(requests, i => i < requests.Length, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<LoadResult> RunAsync(LoadRequest[] requests, Func<int, bool> goesOn, CancellationToken cancellationToken)
    {
        var statuses = new ConcurrentDictionary<int, int>();
        var milliseconds = new ConcurrentBag<double>();
        long tokens = 0;
        int next = -1;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); goesOn(i); i = Interlocked.Increment(ref next))
            {
                LoadRequest request = requests[i % requests.Length];
                long sent = Stopwatch.GetTimestamp();
                int status = await SendAsync(request, cancellationToken);
                statuses.AddOrUpdate(status, 1, (_, seen) => seen + 1);
                if (status == Answered)
                {
                    milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                    Interlocked.Add(ref tokens, request.Tokens);
                }
            }
        }, cancellationToken)));
        return new LoadResult(statuses, [.. milliseconds.Order()], tokens, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private async Task<int> SendAsync(LoadRequest request, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(request.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response = await _http.PostAsync("/embed", content, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return Broken;
        }
    }
}
