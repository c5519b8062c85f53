using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>A request that is over, for the log and the metrics.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Route">The route's pattern; what a client made up is "unknown".</param>
/// <param name="Status">Of HTTP; 499 where the client went before the answer.</param>
/// <param name="Took">From the first byte to the answer's last.</param>
/// <param name="Texts">How many.</param>
/// <param name="Tokens">How many these have.</param>
/// <param name="Failure">What went wrong here, as opposed to in the request.</param>
internal sealed record RequestRecord(string Method, string Route, int Status, TimeSpan Took, int Texts, int Tokens, Exception? Failure)
{
    /// <summary>Times a request and tells of it when it is over.</summary>
    public static Func<HttpContext, RequestDelegate, Task> Middleware(IProgress<RequestRecord> listener) => async (context, next) =>
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown";
            RequestFacts facts = context.Facts();
            listener.Report(new RequestRecord(
                HttpMethods.GetCanonicalizedValue(context.Request.Method), route, context.Response.StatusCode, Stopwatch.GetElapsedTime(start),
                facts.Texts, facts.Tokens, facts.Failure));
        }
    };
}
