using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Whatever goes wrong in a request becomes an answer with a status; nothing that one client sends stops the server.</summary>
internal static class ErrorResponses
{
    public const string NotSaidToBeJson = "the body is not said to be JSON; send it with Content-Type: application/json";

    private const int ClientIsGone = 499;

    /// <summary>Runs a step of the pipeline, and answers for what it throws.</summary>
    public static async Task CatchAsync(HttpContext context, Func<HttpContext, RequestDelegate, Task> step, RequestDelegate next)
    {
        try
        {
            await step(context, next);
            if (!context.Response.HasStarted && Unrouted(context.Response.StatusCode) is { } message)
            {
                await WriteAsync(context, context.Response.StatusCode, ErrorType.Validation, message);
            }
        }
        catch (ApiException refusal)
        {
            context.Statistics().Failure = refusal.InnerException;
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
            context.Statistics().Failure = failure;
            await WriteAsync(context, StatusCodes.Status500InternalServerError, ErrorType.Backend, "the request failed here; the server's log says where");
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, ErrorType type, string message)
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

        await (IsOpenAI(context)
            ? context.Response.WriteAsJsonAsync(
                new OpenAIErrorResponse(OpenAI(status, message)), Json.Options)
            : context.Response.WriteAsJsonAsync(new ErrorResponse(message, type), Json.Options));
    }

    private static bool IsOpenAI(HttpContext context) => context.GetEndpoint() is RouteEndpoint endpoint
        ? endpoint.Metadata.GetMetadata<OpenAIErrors>() is not null
        : context.Request.Path.StartsWithSegments("/v1");

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

/// <summary>Marks a route whose errors are as OpenAI's clients read them.</summary>
internal sealed class OpenAIErrors;

/// <param name="Error">What was found, what was expected, what to do.</param>
/// <param name="ErrorType">Its kind, for programs.</param>
internal sealed record ErrorResponse(string Error, ErrorType ErrorType);

/// <summary>As OpenAI's clients read it.</summary>
internal sealed record OpenAIErrorResponse(OpenAIError Error);

/// <param name="Message">What was found, what was expected, what to do.</param>
/// <param name="Type">OpenAI's word for its kind.</param>
/// <param name="Param">The parameter at fault, where one is.</param>
/// <param name="Code">A word for programs, where OpenAI has one.</param>
internal sealed record OpenAIError(string Message, string Type, string? Param, string? Code);
