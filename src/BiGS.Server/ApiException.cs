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

    /// <summary>The parameter at fault; null where none is.</summary>
    public string? Parameter { get; init; }

    /// <summary>Too many or too long.</summary>
    public static ApiException TooLarge(string message, string? parameter = null) =>
        new(StatusCodes.Status413PayloadTooLarge, ErrorType.Validation, message) { Parameter = parameter };

    /// <summary>JSON, but not what the route takes.</summary>
    public static ApiException Invalid(string message, string? parameter = null) =>
        new(StatusCodes.Status422UnprocessableEntity, ErrorType.Validation, message) { Parameter = parameter };

    /// <summary>Numbers that are no tokens of the vocabulary.</summary>
    public static ApiException InvalidTokens(string message, string parameter) =>
        new(StatusCodes.Status422UnprocessableEntity, ErrorType.Tokenizer, message) { Parameter = parameter };

    /// <summary>No model that is loaded can do this.</summary>
    public static ApiException NotSupported(string message) => new(StatusCodes.Status424FailedDependency, ErrorType.Backend, message) { Parameter = "model" };

    /// <summary>More than can be done now.</summary>
    public static ApiException Overloaded(string message) => new(StatusCodes.Status429TooManyRequests, ErrorType.Overloaded, message);
}
