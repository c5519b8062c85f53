using System.Diagnostics;
using System.Globalization;
using BiGS.Pipelines;
using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>What is counted and timed while a request is in progress.</summary>
internal sealed class RequestStatistics
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public int Texts { get; set; }

    public int Tokens { get; set; }

    /// <summary>Unicode characters of the texts.</summary>
    public int Characters { get; set; }

    /// <summary>Whether the request has a list of texts rather than one text.</summary>
    public bool IsBatch { get; set; }

    /// <summary>Of all texts together.</summary>
    public TimeSpan Tokenization { get; set; }

    public BatchTimes Batches { get; } = new();

    /// <summary>Why the request was refused, in text-embeddings-inference's words; null where it was not.</summary>
    public ErrorType? Refusal { get; set; }

    /// <summary>What went wrong here, as opposed to in the request.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The headers in which text-embeddings-inference says what an answer took, in whole milliseconds; times of several texts are their mean.</summary>
    public void AddTo(IHeaderDictionary headers)
    {
        string total = Milliseconds(Stopwatch.GetElapsedTime(_start));
        headers["x-compute-type"] = "cpu";
        headers["x-compute-time"] = total;
        headers["x-compute-characters"] = Characters.ToString(CultureInfo.InvariantCulture);
        headers["x-compute-tokens"] = Tokens.ToString(CultureInfo.InvariantCulture);
        headers["x-total-time"] = total;
        headers["x-tokenization-time"] = Milliseconds(Tokenization / Math.Max(1, Texts));
        headers["x-queue-time"] = Milliseconds(Batches.Waited);
        headers["x-inference-time"] = Milliseconds(Batches.Computed);
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}

internal static class RequestStatisticsExtensions
{
    public static RequestStatistics Statistics(this HttpContext context)
    {
        if (context.Features.Get<RequestStatistics>() is not { } statistics)
        {
            statistics = new RequestStatistics();
            context.Features.Set(statistics);
        }

        return statistics;
    }
}
