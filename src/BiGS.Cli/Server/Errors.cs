using Microsoft.AspNetCore.Http;

namespace BiGS.Cli.Server;

/// <summary>Whatever goes wrong in a request becomes an answer with a status; nothing that one client sends stops the server.</summary>
internal static class Errors
{
    private const int ClientIsGone = 499;

    public static async Task Answer(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Refusal refusal)
        {
            await Write(context, refusal.Status, refusal.Type, refusal.Message);
        }
        catch (BadHttpRequestException bad)
        {
            await Write(context, bad.StatusCode, ErrorType.Validation, bad.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientIsGone;
        }
    }

    public static async Task Write(HttpContext context, int status, ErrorType type, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new ErrorAnswer(message, type), Json.Options);
    }
}
