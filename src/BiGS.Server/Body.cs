using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace BiGS.Server;

/// <summary>A request's JSON; what is none, or another than the route takes, is refused with a status that tells the two apart.</summary>
/// <param name="Value">As the route takes it.</param>
internal sealed record Body<T>(T Value) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : notnull
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ErrorType.Validation, ErrorResponses.NotSaidToBeJson);
        }

        ReadOnlyMemory<byte> body = await RequestBody.ReadAsync(context);
        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, Json.Options) is { } value
                ? new Body<T>(value)
                : throw ApiException.InputTooLong("the body is null; expected a JSON object");
        }
        catch (JsonException broken) when (broken.InnerException is JsonException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorType.Validation,
                $"the body is not JSON: wrong at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}");
        }
        catch (JsonException unfit)
        {
            throw ApiException.InputTooLong(What(unfit));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    /// <summary>Where and what, without the names that types have here.</summary>
    private static string What(JsonException unfit)
    {
        string message = unfit.Message.Split(" Path: ")[0].TrimEnd('.', ' ', '|');
        int missing = message.IndexOf("missing required properties", StringComparison.Ordinal);
        return missing >= 0 ? message[missing..]
            : message.Contains("doesn't allow null values", StringComparison.Ordinal) ? $"{unfit.Path}: null, where this route takes a value"
            : message.StartsWith("Duplicate property", StringComparison.Ordinal) ? $"{unfit.Path}: {message.Split(" encountered")[0].Replace("Duplicate property", "given more than once:", StringComparison.Ordinal)}"
            : message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) ? $"{unfit.Path}: the value is of another kind than this route takes"
            : $"{unfit.Path}: {message}";
    }
}
