using Microsoft.AspNetCore.Http;

namespace BiGS.Server;

/// <summary>What was wrong, in text-embeddings-inference's words.</summary>
internal enum ErrorType
{
    Unhealthy,
    Backend,
    Overloaded,
    Validation,
    Tokenizer,
}

/// <summary>A request that is not answered, and why.</summary>
/// <param name="status">Of HTTP.</param>
/// <param name="type">Its kind, for programs.</param>
/// <param name="message">What was found, what was expected, what to do.</param>
/// <param name="cause">What went wrong here, where it did.</param>
internal sealed class ApiException(int status, ErrorType type, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status => status;

    public ErrorType Type => type;

    /// <summary>Too many or too long.</summary>
    public static ApiException TooLarge(string message) => new(StatusCodes.Status413PayloadTooLarge, ErrorType.Validation, message);

    /// <summary>JSON, but not what the route takes.</summary>
    public static ApiException InputTooLong(string message) => new(StatusCodes.Status422UnprocessableEntity, ErrorType.Validation, message);

    /// <summary>Tokens that are none.</summary>
    public static ApiException NoTokens(string message) => new(StatusCodes.Status422UnprocessableEntity, ErrorType.Tokenizer, message);

    /// <summary>No model that is loaded can do this.</summary>
    public static ApiException NotSupported(string message) => new(StatusCodes.Status424FailedDependency, ErrorType.Backend, message);

    /// <summary>More than can be done now.</summary>
    public static ApiException Overloaded(string message) => new(StatusCodes.Status429TooManyRequests, ErrorType.Overloaded, message);
}
