using System.Diagnostics.Metrics;
using BiGS.Pipelines;
using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>
/// What is measured, as instruments of the meter "BiGS.Server", which OpenTelemetry and dotnet-counters can read too. Where text-embeddings-inference has a
/// metric of the same meaning, its name and its labels.
/// </summary>
internal sealed class ServerMetrics : IProgress<RequestRecord>, IProgress<CompletedBatch>, IDisposable
{
    public const string MeterName = "BiGS.Server";

    private const int FirstError = 400;
    private const int LargestBatch = 1 << 20;

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [.. Enumerable.Range(0, int.Log2(LargestBatch) + 1).Select(i => 1 << i)] };

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _successes;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _durations;
    private readonly Histogram<double> _tokenizations;
    private readonly Histogram<double> _waits;
    private readonly Histogram<double> _computations;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _tokens;
    private readonly Histogram<int> _batchSizes;
    private readonly Histogram<int> _batchTokens;

    public ServerMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        Text = new PrometheusText(_meter);
        _requests = _meter.CreateCounter<long>("te_request_count", description: "Requests with texts, of one or of a list.");
        _successes = _meter.CreateCounter<long>("te_request_success", description: "Those that were answered.");
        _failures = _meter.CreateCounter<long>("te_request_failure", description: "Requests that were refused or failed, by reason, route and status.");
        _durations = _meter.CreateHistogram("te_request_duration", "s", "Seconds from a request's first byte to its answer, of those that were answered.", advice: Seconds);
        _tokenizations = _meter.CreateHistogram("te_request_tokenization_duration", "s", "Seconds to tokenise a text, the mean of each request.", advice: Seconds);
        _waits = _meter.CreateHistogram("te_request_queue_duration", "s", "Seconds that a text waited for its batch, the mean of each request.", advice: Seconds);
        _computations = _meter.CreateHistogram("te_request_inference_duration", "s", "Seconds that a text's batch took, the mean of each request.", advice: Seconds);
        _texts = _meter.CreateCounter<long>("te_embed_count", description: "Texts that were computed.");
        _tokens = _meter.CreateCounter<long>("te_tokens_count", description: "Tokens of these.");
        _batchSizes = _meter.CreateHistogram("te_batch_next_size", description: "Texts of a batch.", advice: Counts);
        _batchTokens = _meter.CreateHistogram("te_batch_next_tokens", description: "Tokens of a batch.", advice: Counts);
    }

    /// <summary>All of it as Prometheus reads it.</summary>
    public PrometheusText Text { get; }

    /// <summary>Adds what is asked for rather than told.</summary>
    /// <param name="name">Of the metric.</param>
    /// <param name="description">What it is.</param>
    /// <param name="read">Its value now.</param>
    public void AddGauge(string name, string description, Func<long> read) => _meter.CreateObservableGauge(name, read, description: description);

    public void Report(RequestRecord value)
    {
        RequestStatistics statistics = value.Statistics;
        var path = new KeyValuePair<string, object?>("path", value.Route);
        var method = new KeyValuePair<string, object?>("method", statistics.IsBatch ? "batch" : "single");
        bool hasTexts = HttpMethods.IsPost(value.Method);
        if (hasTexts)
        {
            _requests.Add(1, method, path);
        }

        if (value.Status >= FirstError)
        {
            _failures.Add(1, new("err", Reason(statistics)), path, new("status", value.Status));
            return;
        }

        _durations.Record(value.Took.TotalSeconds, path);
        if (hasTexts)
        {
            _successes.Add(1, method, path);
            _tokenizations.Record(statistics.Tokenization.TotalSeconds / Math.Max(1, statistics.Texts));
            _waits.Record(statistics.Batches.Waited.TotalSeconds);
            _computations.Record(statistics.Batches.Computed.TotalSeconds);
            _texts.Add(statistics.Texts);
            _tokens.Add(statistics.Tokens);
        }
    }

    public void Report(CompletedBatch value)
    {
        _batchSizes.Record(value.Rows);
        _batchTokens.Record(value.Tokens);
    }

    public void Dispose() => Text.Dispose();

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
}
