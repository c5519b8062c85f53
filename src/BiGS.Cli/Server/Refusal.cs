using Microsoft.AspNetCore.Http;

namespace BiGS.Cli.Server;

/// <summary>What was wrong, in text-embeddings-inference's words.</summary>
internal enum ErrorType
{
    Unhealthy,
    Backend,
    Overloaded,
    Validation,
    Tokenizer,
}

/// <summary>A request that is not answered, and why: its status and the body of the answer.</summary>
internal sealed class Refusal(int status, ErrorType type, string message) : Exception(message)
{
    public int Status => status;

    public ErrorType Type => type;

    /// <summary>Too many or too long.</summary>
    public static Refusal TooLarge(string message) => new(StatusCodes.Status413PayloadTooLarge, ErrorType.Validation, message);

    /// <summary>JSON, but not what the route takes.</summary>
    public static Refusal DoesNotFit(string message) => new(StatusCodes.Status422UnprocessableEntity, ErrorType.Validation, message);

    /// <summary>No model that is loaded can do this.</summary>
    public static Refusal CannotDo(string message) => new(StatusCodes.Status424FailedDependency, ErrorType.Backend, message);
}

/// <param name="Error">What was found, what was expected, what to do.</param>
/// <param name="ErrorType">Its kind, for programs.</param>
internal sealed record ErrorAnswer(string Error, ErrorType ErrorType);
