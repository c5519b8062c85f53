using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace BiGS.Server;

/// <summary>A request's JSON; what is none, or another than the route takes, is refused with a status that tells the two apart.</summary>
/// <param name="Value">As the route takes it.</param>
internal sealed record JsonBody<T>(T Value) : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : notnull
{
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) => await ReadAsync(context);

    /// <exception cref="ApiException">The body is no JSON, or another than the route takes.</exception>
    public static async Task<JsonBody<T>> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ErrorType.Validation, ErrorResponses.NotSaidToBeJson);
        }

        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(context);
        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, Json.Options) is { } value
                ? new JsonBody<T>(value)
                : throw ApiException.Invalid("the body is null; expected a JSON object");
        }
        catch (JsonException broken) when (broken.InnerException is JsonException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorType.Validation,
                $"the body is not JSON: wrong at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}");
        }
        catch (JsonException unfit)
        {
            throw ApiException.Invalid(Describe(unfit), Parameter(unfit));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    /// <summary>The property of the body that is at fault.</summary>
    private static string? Parameter(JsonException unfit) => Regex.Match(
        unfit.Message.Contains("missing required properties", StringComparison.Ordinal) ? unfit.Message : unfit.Path ?? "", @"'(\w+)'|^\$\.(\w+)") is { Success: true } found
        ? found.Groups[1].Value + found.Groups[2].Value
        : null;

    /// <summary>Where and what, without the names that types have here.</summary>
    private static string Describe(JsonException unfit)
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

/// <summary>How requests are read and answers written: snake_case, required means required, null only where it may be.</summary>
internal static class Json
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    private static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        ConfigureShapes(options);
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UnicodeTextConverter());
        return options;
    }

    /// <summary>The rules that are seen in the shapes of requests and answers.</summary>
    public static void ConfigureShapes(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter<OpenAIRoutes.EncodingFormat>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<BiGS.Search.SearchMode>(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter());
    }

    /// <summary>An endpoint filter: what a route returns is written by these rules, whatever those of the application.</summary>
    public static async ValueTask<object?> WriteResultAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        object? value = await next(invocation);
        if (invocation.HttpContext.Statistics() is { Texts: > 0 } statistics)
        {
            statistics.AddTo(invocation.HttpContext.Response.Headers);
        }

        return value switch
        {
            null => Results.Empty,
            IResult result => result,
            _ => Results.Json(value, Options),
        };
    }

    private sealed class UnicodeTextConverter : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonValueReader.Text(ref reader);

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
