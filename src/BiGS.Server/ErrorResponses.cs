using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>Whatever goes wrong in a request becomes an answer with a status; nothing that one client sends stops the server.</summary>
internal static class ErrorResponses
{
    public const string NotSaidToBeJson = "the body is not said to be JSON; send it with Content-Type: application/json";

    private const int ClientIsGone = 499;

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && Unrouted(context.Response.StatusCode) is { } message)
            {
                await WriteAsync(context, context.Response.StatusCode, ErrorType.Validation, message);
            }
        }
        catch (ApiException refusal)
        {
            context.Facts().Failure = refusal.InnerException;
            await WriteAsync(context, refusal.Status, refusal.Type, refusal.Message);
        }
        catch (BadHttpRequestException bad)
        {
            await WriteAsync(context, bad.StatusCode, ErrorType.Validation, bad.Message);
        }
        catch (Exception gone) when (gone is IOException || context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientIsGone;
        }
        catch (Exception failure)
        {
            context.Facts().Failure = failure;
            await WriteAsync(context, StatusCodes.Status500InternalServerError, ErrorType.Backend, "the request failed here; the server's log says where");
        }
    }

    public static async Task WriteAsync(HttpContext context, int status, ErrorType type, string message)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await (context.Request.Path.StartsWithSegments("/v1")
            ? context.Response.WriteAsJsonAsync(
                new OpenAIErrorResponse(OpenAI(status, message)), Json.Options)
            : context.Response.WriteAsJsonAsync(new ErrorResponse(message, type), Json.Options));
    }

    /// <summary>What routing says by a status alone.</summary>
    private static string? Unrouted(int status) => status switch
    {
        StatusCodes.Status404NotFound => "there is no such route; /openapi.json lists those that there are",
        StatusCodes.Status405MethodNotAllowed => "the route does not take this method; /openapi.json lists those that it takes",
        StatusCodes.Status415UnsupportedMediaType => NotSaidToBeJson,
        _ => null,
    };

    private static OpenAIError OpenAI(int status, string message) => status switch
    {
        StatusCodes.Status401Unauthorized => new OpenAIError(message, "invalid_request_error", null, "invalid_api_key"),
        StatusCodes.Status404NotFound => new OpenAIError(message, "invalid_request_error", null, "model_not_found"),
        StatusCodes.Status429TooManyRequests => new OpenAIError(message, "requests", null, "rate_limit_exceeded"),
        >= StatusCodes.Status500InternalServerError => new OpenAIError(message, "server_error", null, null),
        _ => new OpenAIError(message, "invalid_request_error", null, null),
    };
}
