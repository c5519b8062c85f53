using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using BiGS.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>What Prometheus asks for. Where text-embeddings-inference has a metric of the same meaning, its name and its labels.</summary>
internal sealed class ServerMetrics(IOptions<BiGSServerOptions> options) : IProgress<RequestRecord>, IProgress<CompletedBatch>
{
    private const int FirstError = 400;

    private readonly ConcurrentDictionary<string, long> _counters = [];
    private readonly ConcurrentDictionary<string, Histogram> _durations = [];
    private readonly Histogram _tokenizations = Histogram.OfSeconds();
    private readonly Histogram _waits = Histogram.OfSeconds();
    private readonly Histogram _computations = Histogram.OfSeconds();
    private readonly Histogram _batchSizes = Histogram.OfCounts(options.Value.MaxBatchTokens);
    private readonly Histogram _batchTokens = Histogram.OfCounts(options.Value.MaxBatchTokens);

    public void Report(RequestRecord value)
    {
        RequestStatistics statistics = value.Statistics;
        string labels = $"method=\"{(statistics.IsBatch ? "batch" : "single")}\",path=\"{value.Route}\"";
        bool isQuestion = HttpMethods.IsPost(value.Method);
        if (isQuestion)
        {
            Count("te_request_count", labels);
        }

        if (value.Status >= FirstError)
        {
            Count("te_request_failure", $"err=\"{Reason(statistics)}\",path=\"{value.Route}\",status=\"{value.Status}\"");
            return;
        }

        _durations.GetOrAdd(value.Route, _ => Histogram.OfSeconds()).Add(value.Took.TotalSeconds);
        if (isQuestion)
        {
            Count("te_request_success", labels);
            _tokenizations.Add(statistics.Tokenization.TotalSeconds / Math.Max(1, statistics.Texts));
            _waits.Add(statistics.Batches.Waited.TotalSeconds);
            _computations.Add(statistics.Batches.Computed.TotalSeconds);
            Count("te_embed_count", "", statistics.Texts);
            Count("te_tokens_count", "", statistics.Tokens);
        }
    }

    public void Report(CompletedBatch value)
    {
        _batchSizes.Add(value.Rows);
        _batchTokens.Add(value.Tokens);
    }

    /// <summary>All of it in Prometheus' text format.</summary>
    /// <param name="waiting">Texts that wait for a batch.</param>
    /// <param name="inside">Requests under way.</param>
    public string Text(int waiting, int inside)
    {
        var text = new StringBuilder();
        Counter(text, "te_request_count", "Requests with texts, of one or of a list.");
        Counter(text, "te_request_success", "Those that were answered.");
        Counter(text, "te_request_failure", "Requests that were refused or failed, by reason, route and status.");
        Heading(text, "te_request_duration", "histogram", "Seconds from a request's first byte to its answer, of those that were answered.");
        foreach ((string route, Histogram durations) in _durations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            durations.Write(text, "te_request_duration", $"path=\"{route}\"");
        }

        All(text, "te_request_tokenization_duration", "Seconds to tokenise a text, the mean of each request.", _tokenizations);
        All(text, "te_request_queue_duration", "Seconds that a text waited for its batch, the mean of each request.", _waits);
        All(text, "te_request_inference_duration", "Seconds that a text's batch took, the mean of each request.", _computations);
        Counter(text, "te_embed_count", "Texts that were computed.");
        Counter(text, "te_tokens_count", "Tokens of these.");
        Gauge(text, "te_requests_under_way", "Requests with texts that have no answer yet.", inside);
        Gauge(text, "te_queue_size", "Texts that wait for a batch.", waiting);
        All(text, "te_batch_next_size", "Texts of a batch.", _batchSizes);
        All(text, "te_batch_next_tokens", "Tokens of a batch.", _batchTokens);
        Gauge(text, "process_resident_memory_bytes", "Memory of the process.", Environment.WorkingSet);
        return text.ToString();
    }

    /// <summary>Text-embeddings-inference's word for why a request was not answered.</summary>
    private static string Reason(RequestStatistics statistics) => statistics.Refusal switch
    {
        ErrorType.Overloaded => "overloaded",
        ErrorType.Tokenizer => "tokenization",
        ErrorType.Backend when statistics.Failure is null => "model_type",
        ErrorType.Backend => "inference",
        ErrorType.Validation => "validation",
        _ => "dropped",
    };

    private void Count(string name, string labels, long more = 1) => _counters.AddOrUpdate(labels.Length > 0 ? $"{name}{{{labels}}}" : name, more, (_, count) => count + more);

    private void Counter(StringBuilder text, string name, string help)
    {
        Heading(text, name, "counter", help);
        foreach ((string series, long count) in _counters.Where(pair => pair.Key.Split('{')[0] == name).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{series} {count}\n");
        }
    }

    private static void Heading(StringBuilder text, string name, string type, string help) => text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Gauge(StringBuilder text, string name, string help, long value)
    {
        Heading(text, name, "gauge", help);
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
