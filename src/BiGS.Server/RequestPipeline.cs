using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>
/// What happens around every route of BiGS, from the outside in: the request is recorded, failures become answers, the key is checked, the number of
/// requests in progress and the time of each are limited. It wraps endpoints one by one and is no middleware of the application, whose own routes it
/// does not touch; and it wraps them whole, the reading of the body included, which endpoint filters do not see.
/// </summary>
internal sealed class RequestPipeline(IOptions<BiGSServerOptions> options, ConcurrencyLimit concurrency, ServerMetrics metrics, IEnumerable<IProgress<RequestRecord>> listeners)
{
    private readonly ApiKey? _key = options.Value.ApiKey is { } key ? new ApiKey(key) : null;
    private readonly IProgress<RequestRecord>[] _listeners = [metrics, .. listeners];

    /// <summary>A convention of the routes' group.</summary>
    public void Wrap(EndpointBuilder endpoint)
    {
        RequestDelegate answer = LimitTime(endpoint, endpoint.RequestDelegate ?? throw new InvalidOperationException($"{endpoint.DisplayName} answers nothing."));
        endpoint.Metadata.Add(this);
        endpoint.RequestDelegate = context => RecordAsync(context, answer);
    }

    /// <summary>
    /// For an application that is nothing but BiGS: requests that match none of its routes are recorded, checked and refused as the others are.
    /// </summary>
    public Task InvokeUnmatchedAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<RequestPipeline>() is null ? RecordAsync(context, next) : next(context);

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await ErrorResponses.CatchAsync(context, AuthoriseAsync, next);
        }
        finally
        {
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown";
            var record = new RequestRecord(
                HttpMethods.GetCanonicalizedValue(context.Request.Method), route, context.Response.StatusCode, Stopwatch.GetElapsedTime(start), context.Statistics());
            Array.ForEach(_listeners, listener => listener.Report(record));
        }
    }

    private Task AuthoriseAsync(HttpContext context, RequestDelegate next)
    {
        _key?.Check(context);
        return HttpMethods.IsPost(context.Request.Method) ? concurrency.RunAsync(() => next(context)) : next(context);
    }

    /// <summary>ASP.NET's middleware around one endpoint. A request that is not answered in time stops waiting; its texts are not read any more.</summary>
    private RequestDelegate LimitTime(EndpointBuilder endpoint, RequestDelegate answer)
    {
        TimeSpan limit = options.Value.TimeLimit;
        endpoint.Metadata.Add(new RequestTimeoutPolicy
        {
            Timeout = limit,
            WriteTimeoutResponse = context => ErrorResponses.WriteAsync(context, new ApiException(
                StatusCodes.Status503ServiceUnavailable, ErrorType.Overloaded, $"not answered within {limit.TotalSeconds:0.###} s; try again later, or with fewer texts")),
        });
        IApplicationBuilder limited = new ApplicationBuilder(endpoint.ApplicationServices).UseRequestTimeouts();
        limited.Run(answer);
        return limited.Build();
    }
}

/// <summary>How many requests with texts may be in progress; one more is refused at once, so that those that are let in get their answer.</summary>
internal sealed class ConcurrencyLimit : IDisposable
{
    private readonly int _most;
    private readonly ConcurrencyLimiter _limiter;

    public ConcurrencyLimit(IOptions<BiGSServerOptions> options, ServerMetrics metrics)
    {
        _most = options.Value.MaxConcurrentRequests;
        _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = _most, QueueLimit = 0 });
        metrics.AddGauge("te_requests_under_way", "Requests with texts that have no answer yet.", () => _most - _limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    /// <exception cref="ApiException">There are too many already.</exception>
    public async Task RunAsync(Func<Task> answer)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire();
        await (lease.IsAcquired
            ? answer()
            : throw ApiException.Overloaded($"the model is overloaded: {_most} requests are under way; try again later"));
    }

    public void Dispose() => _limiter.Dispose();
}
