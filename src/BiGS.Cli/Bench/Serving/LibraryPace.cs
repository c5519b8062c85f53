using System.Diagnostics;
using BiGS.Pipelines;

namespace BiGS.Cli.Bench.Serving;

/// <summary>How fast the library is by itself, without HTTP: what the server is measured against.</summary>
internal static class LibraryPace
{
    private const int WarmUps = 20;

    /// <summary>Tokens a second, texts given in lists that are large enough for full batches.</summary>
    public static double TokensPerSecond(Embedder embedder, LoadRequest[] requests, TimeSpan time, CancellationToken cancel)
    {
        string[] texts = [.. requests.SelectMany(request => request.Texts)];
        int tokens = requests.Sum(request => request.Tokens);
        embedder.Embed(texts, cancel: cancel);
        int rounds = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            embedder.Embed(texts, cancel: cancel);
            rounds++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return (double)rounds * tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The median time of one text by itself.</summary>
    public static double MillisecondsAlone(Embedder embedder, LoadRequest[] requests, TimeSpan time, CancellationToken cancel)
    {
        var milliseconds = new List<double>();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
        {
            long one = Stopwatch.GetTimestamp();
            embedder.Embed(requests[i % requests.Length].Texts, cancel: cancel);
            if (i >= WarmUps)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
            }
        }

        return milliseconds.Order().ElementAt(milliseconds.Count / 2);
    }
}
