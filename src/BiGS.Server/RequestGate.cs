using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>How many requests with texts may be under way; one more is refused at once, so that those that are let in get their answer.</summary>
internal sealed class RequestGate(ServerOptions options)
{
    private int _inside;

    /// <summary>Requests under way.</summary>
    public int Inside => Volatile.Read(ref _inside);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _inside) > options.MaxConcurrentRequests)
            {
                throw ApiException.Overloaded($"the model is overloaded: {options.MaxConcurrentRequests} requests are under way; try again later");
            }

            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}
