using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BiGS.Pipelines;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>What Prometheus asks for. Where text-embeddings-inference has a metric of the same meaning, its name.</summary>
internal sealed class ServerMetrics(IOptions<BiGSServerOptions> options) : IProgress<RequestRecord>, IProgress<CompletedBatch>
{
    private const int FirstError = 400;

    private readonly ConcurrentDictionary<(string Route, int Status), long> _requests = [];
    private readonly ConcurrentDictionary<string, Histogram> _durations = [];
    private readonly Histogram _batchSizes = Histogram.OfCounts(options.Value.MaxBatchTokens);
    private readonly Histogram _batchTokens = Histogram.OfCounts(options.Value.MaxBatchTokens);
    private readonly Histogram _batchWaits = Histogram.OfSeconds();
    private readonly Histogram _batchReads = Histogram.OfSeconds();
    private long _texts;
    private long _tokens;

    public void Report(RequestRecord value)
    {
        _requests.AddOrUpdate((value.Route, value.Status), 1, (_, count) => count + 1);
        if (value.Status >= FirstError)
        {
            return;
        }

        _durations.GetOrAdd(value.Route, _ => Histogram.OfSeconds()).Add(value.Took.TotalSeconds);
        Interlocked.Add(ref _texts, value.Texts);
        Interlocked.Add(ref _tokens, value.Tokens);
    }

    public void Report(CompletedBatch value)
    {
        _batchSizes.Add(value.Rows);
        _batchTokens.Add(value.Tokens);
        _batchWaits.Add(value.WaitTime.TotalSeconds);
        _batchReads.Add(value.Elapsed.TotalSeconds);
    }

    /// <summary>All of it in Prometheus' text format.</summary>
    /// <param name="waiting">Texts that wait to be read.</param>
    /// <param name="inside">Requests under way.</param>
    public string Text(int waiting, int inside)
    {
        var text = new StringBuilder();
        KeyValuePair<(string Route, int Status), long>[] requests = [.. _requests.OrderBy(pair => pair.Key)];
        Heading(text, "te_request_count", "counter", "Requests by route and status.");
        foreach (((string route, int status), long count) in requests)
        {
            text.Append(CultureInfo.InvariantCulture, $"te_request_count{{path=\"{route}\",status=\"{status}\"}} {count}\n");
        }

        One(text, "te_request_success", "counter", "Requests that were answered.", requests.Where(pair => pair.Key.Status < FirstError).Sum(pair => pair.Value));
        Heading(text, "te_request_failure", "counter", "Requests that were refused or failed, by status.");
        foreach (IGrouping<int, long> status in requests.Where(pair => pair.Key.Status >= FirstError).GroupBy(pair => pair.Key.Status, pair => pair.Value))
        {
            text.Append(CultureInfo.InvariantCulture, $"te_request_failure{{err=\"{status.Key}\"}} {status.Sum()}\n");
        }

        Heading(text, "te_request_duration", "histogram", "Seconds from a request's first byte to its answer, of those that were answered.");
        foreach ((string route, Histogram durations) in _durations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            durations.Write(text, "te_request_duration", $"path=\"{route}\"");
        }

        One(text, "te_embed_count", "counter", "Texts that were read.", Interlocked.Read(ref _texts));
        One(text, "te_tokens_count", "counter", "Tokens of these.", Interlocked.Read(ref _tokens));
        One(text, "te_requests_under_way", "gauge", "Requests with texts that have no answer yet.", inside);
        One(text, "te_queue_size", "gauge", "Texts that wait to be read.", waiting);
        All(text, "te_batch_next_size", "Texts of a batch.", _batchSizes);
        All(text, "te_batch_next_tokens", "Tokens of a batch.", _batchTokens);
        All(text, "te_request_queue_duration", "Seconds that the oldest text of a batch waited.", _batchWaits);
        All(text, "te_request_inference_duration", "Seconds that reading a batch took.", _batchReads);
        One(text, "process_resident_memory_bytes", "gauge", "Memory of the process.", Environment.WorkingSet);
        return text.ToString();
    }

    private static void Heading(StringBuilder text, string name, string type, string help) => text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void One(StringBuilder text, string name, string type, string help, long value)
    {
        Heading(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private static void All(StringBuilder text, string name, string help, Histogram values)
    {
        Heading(text, name, "histogram", help);
        values.Write(text, name);
    }
}

/// <summary>How often values fell below each of some bounds, as Prometheus counts. Any thread may add.</summary>
/// <param name="bounds">Growing; what is above the last counts too.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private readonly Lock _lock = new();
    private double _sum;

    public static Histogram OfSeconds() => new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

    /// <summary>Powers of two.</summary>
    public static Histogram OfCounts(int largest) => new([.. Enumerable.Range(0, int.Log2(largest) + 1).Select(i => (double)(1L << i))]);

    public void Add(double value)
    {
        int at = Array.FindIndex(bounds, bound => value <= bound);
        lock (_lock)
        {
            _counts[at < 0 ? ^1 : at]++;
            _sum += value;
        }
    }

    /// <param name="text">Where it is written to.</param>
    /// <param name="name">Of the metric.</param>
    /// <param name="labels">Such as <c>path="/embed"</c>; empty for none.</param>
    public void Write(StringBuilder text, string name, string labels = "")
    {
        lock (_lock)
        {
            long below = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                below += _counts[i];
                string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {below}\n");
            }

            string braces = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_sum}\n{name}_count{braces} {below}\n");
        }
    }
}
