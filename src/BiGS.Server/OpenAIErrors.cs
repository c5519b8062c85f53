using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>Marks a route whose errors are as OpenAI's clients read them; and what OpenAI's API calls them.</summary>
internal sealed class OpenAIErrors
{
    /// <summary>What does not fit is 400 there, whatever does not fit.</summary>
    public static int Status(int status) => status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : status;

    public static OpenAIError Describe(ApiException error) => error.Status switch
    {
        StatusCodes.Status401Unauthorized => new OpenAIError(error.Message, "invalid_request_error", null, "invalid_api_key"),
        StatusCodes.Status404NotFound when error.Parameter == "model" => new OpenAIError(error.Message, "invalid_request_error", "model", "model_not_found"),
        StatusCodes.Status405MethodNotAllowed => new OpenAIError(error.Message, "invalid_request_error", null, "method_not_supported"),
        StatusCodes.Status429TooManyRequests => new OpenAIError(error.Message, "requests", null, "rate_limit_exceeded"),
        >= StatusCodes.Status500InternalServerError => new OpenAIError(error.Message, "server_error", null, null),
        _ => new OpenAIError(error.Message, "invalid_request_error", error.Parameter, null),
    };
}

/// <summary>As OpenAI's clients read it.</summary>
internal sealed record OpenAIErrorResponse(OpenAIError Error);

/// <param name="Message">What was found, what was expected, what to do.</param>
/// <param name="Type">OpenAI's word for its kind.</param>
/// <param name="Param">The parameter at fault, where one is.</param>
/// <param name="Code">A word for programs, where OpenAI has one.</param>
internal sealed record OpenAIError(string Message, string Type, string? Param, string? Code);
