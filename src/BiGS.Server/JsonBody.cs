using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>A request's JSON; what is none, or another than the route takes, is refused with a status that tells the two apart.</summary>
/// <param name="Value">As the route takes it.</param>
internal sealed record JsonBody<T>(T Value) : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : notnull
{
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
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
                : throw ApiException.InputTooLong("the body is null; expected a JSON object");
        }
        catch (JsonException broken) when (broken.InnerException is JsonException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorType.Validation,
                $"the body is not JSON: wrong at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}");
        }
        catch (JsonException unfit)
        {
            throw ApiException.InputTooLong(Describe(unfit));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

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

/// <summary>The bytes of a request, up to the limit.</summary>
internal static class BoundedBody
{
    /// <summary>
    /// Bytes beyond the limit that are still taken, and thrown away: most clients listen only once they have sent everything, and would find a closed
    /// connection in place of the answer that says why.
    /// </summary>
    private const int MostDiscarded = 64 << 20;

    private const int BufferSize = 64 << 10;

    /// <exception cref="ApiException">There are more than one request may have.</exception>
    /// <exception cref="BadHttpRequestException">They are far too many, come too slowly, or not all of them came.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        int limit = context.RequestServices.GetRequiredService<IOptions<BiGSServerOptions>>().Value.PayloadLimit;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = (long)limit + MostDiscarded;
        }

        var whole = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, limit));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long length = 0;
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                length += read;
                if (length <= limit)
                {
                    whole.Write(buffer, 0, read);
                }
            }

            return length <= limit
                ? whole.GetBuffer().AsMemory(0, (int)whole.Length)
                : throw ApiException.TooLarge($"the request is too large: {length} bytes, where {limit} are allowed; send less at once, or raise the limit of the server (PayloadLimit)");
        }
        catch (OperationCanceledException) when (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Kestrel cannot skip the rest of a body whose reading was given up, and closes the connection: a client that is not told would send its next
            // request into it.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>How requests are read and answers written: snake_case, required means required, null only where it may be.</summary>
internal static class Json
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new UnicodeTextConverter());
        return options;
    }

    /// <summary>An endpoint filter: what a route returns is written by these rules, whatever those of the application.</summary>
    public static async ValueTask<object?> WriteResultAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        await next(invocation) switch
        {
            null => Results.Empty,
            IResult result => result,
            var value => Results.Json(value, Options),
        };

    private sealed class UnicodeTextConverter : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonValueReader.Text(ref reader);

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
