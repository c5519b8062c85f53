using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BiGS.Pipelines;

namespace BiGS.Server;

/// <summary>What Prometheus asks for. Where text-embeddings-inference has a metric of the same meaning, its name.</summary>
internal sealed class ServerMetrics(ServerOptions options) : IProgress<RequestRecord>, IProgress<CompletedBatch>
{
    private const int FirstError = 400;

    private readonly ConcurrentDictionary<(string Route, int Status), long> _requests = [];
    private readonly ConcurrentDictionary<string, Histogram> _durations = [];
    private readonly Histogram _batchSizes = Histogram.OfCounts(options.MaxBatchTokens);
    private readonly Histogram _batchTokens = Histogram.OfCounts(options.MaxBatchTokens);
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
