using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>A request that is not answered in time stops waiting; its texts are not read any more.</summary>
internal static class TimeLimit
{
    public static Func<HttpContext, RequestDelegate, Task> Middleware(TimeSpan limit) => async (context, next) =>
    {
        CancellationToken clientGone = context.RequestAborted;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        either.CancelAfter(limit);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException late) when (!clientGone.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, ErrorType.Overloaded,
                $"not answered within {limit.TotalSeconds:0.###} s; try again later, or with fewer texts", late);
        }
        finally
        {
            context.RequestAborted = clientGone;
        }
    };
}
