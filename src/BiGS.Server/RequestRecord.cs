using Microsoft.Extensions.Logging;

namespace BiGS.Server;

/// <summary>A request that is over, for the log and the metrics: numbers, and not a word of its texts.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Route">The route's pattern; what a client made up is "unknown".</param>
/// <param name="Status">Of HTTP; 499 where the client went before the answer.</param>
/// <param name="Took">From the first byte to the answer's last.</param>
/// <param name="Statistics">What was counted and timed.</param>
internal sealed record RequestRecord(string Method, string Route, int Status, TimeSpan Took, RequestStatistics Statistics);

/// <summary>Writes requests to the application's log. Of a failure it tells the kind and the place: its message may quote a text.</summary>
internal sealed partial class RequestLogger(ILogger<RequestLogger> logger) : IProgress<RequestRecord>
{
    public void Report(RequestRecord value)
    {
        Answered(value.Method, value.Route, value.Status, value.Took.TotalMilliseconds, value.Statistics.Texts, value.Statistics.Tokens);
        if (value.Statistics.Failure is { } failure)
        {
            Failed(value.Method, value.Route, failure.GetType().FullName, failure.StackTrace);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {Route} {Status} in {Milliseconds:0.###} ms: {Texts} texts, {Tokens} tokens")]
    private partial void Answered(string method, string route, int status, double milliseconds, int texts, int tokens);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Route} failed: {Failure}\n{At}")]
    private partial void Failed(string method, string route, string? failure, string? at);
}
