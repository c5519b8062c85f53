using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Whatever goes wrong in a request becomes an answer with a status; nothing that one client sends stops the server.</summary>
internal static class ErrorResponses
{
    public const string NotSaidToBeJson = "the body is not said to be JSON; send it with Content-Type: application/json";

    private const int ClientIsGone = 499;
    private const int LongestRetrySeconds = 4;

    /// <summary>Runs a step of the pipeline, and answers for what it throws.</summary>
    public static async Task CatchAsync(HttpContext context, Func<HttpContext, RequestDelegate, Task> step, RequestDelegate next)
    {
        try
        {
            await step(context, next);
            if (!context.Response.HasStarted && Unrouted(context) is { } message)
            {
                await WriteAsync(context, new ApiException(context.Response.StatusCode, ErrorType.Validation, message));
            }
        }
        catch (ApiException refusal)
        {
            context.Statistics().Failure = refusal.InnerException;
            await WriteAsync(context, refusal);
        }
        catch (BadHttpRequestException bad)
        {
            await WriteAsync(context, new ApiException(bad.StatusCode, ErrorType.Validation, bad.Message));
        }
        catch (Exception gone) when (gone is IOException || context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientIsGone;
        }
        catch (Exception failure)
        {
            context.Statistics().Failure = failure;
            await WriteAsync(context, new ApiException(StatusCodes.Status500InternalServerError, ErrorType.Backend, "the request failed here; the server's log says where"));
        }
    }

    /// <summary>Whether the errors of this route are as OpenAI's clients read them.</summary>
    public static bool IsOpenAI(HttpContext context) => context.GetEndpoint() is RouteEndpoint endpoint
        ? endpoint.Metadata.GetMetadata<OpenAIErrors>() is not null
        : context.Request.Path.StartsWithSegments("/v1");

    /// <summary>Answers with an error, in the words of the route's clients.</summary>
    public static async Task WriteAsync(HttpContext context, ApiException error)
    {
        context.Statistics().Refusal = error.Type;
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        string allowed = context.Response.Headers.Allow.ToString();
        context.Response.Clear();
        bool isOpenAI = IsOpenAI(context);
        context.Response.StatusCode = isOpenAI ? OpenAIErrors.Status(error.Status) : error.Status;
        if (error.Status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = allowed;
        }

        if (error.Type == ErrorType.Overloaded)
        {
            // Not the same for all: clients that were refused together would come back together.
            context.Response.Headers.RetryAfter = Random.Shared.Next(1, LongestRetrySeconds + 1).ToString(CultureInfo.InvariantCulture);
        }

        await (isOpenAI
            ? context.Response.WriteAsJsonAsync(new OpenAIErrorResponse(OpenAIErrors.Describe(error)), Json.Options)
            : context.Response.WriteAsJsonAsync(new ErrorResponse(error.Message, error.Type), Json.Options));
    }

    /// <summary>What routing says by a status alone.</summary>
    private static string? Unrouted(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound when IsOpenAI(context) => $"Invalid URL ({context.Request.Method} {context.Request.Path}): there is no such route; /openapi.json lists those that there are",
        StatusCodes.Status404NotFound => "there is no such route; /openapi.json lists those that there are",
        StatusCodes.Status405MethodNotAllowed => $"the route does not take {context.Request.Method}; expected {context.Response.Headers.Allow}",
        StatusCodes.Status415UnsupportedMediaType => NotSaidToBeJson,
        _ => null,
    };
}

/// <param name="Error">What was found, what was expected, what to do.</param>
/// <param name="ErrorType">Its kind, for programs.</param>
internal sealed record ErrorResponse(string Error, ErrorType ErrorType);
