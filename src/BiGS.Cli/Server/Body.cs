using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace BiGS.Cli.Server;

/// <summary>A request's JSON; what is none, or another than the route takes, is refused with a status that tells the two apart.</summary>
/// <param name="Value">As the route takes it.</param>
internal sealed record Body<T>(T Value) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : notnull
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, ErrorType.Validation,
                "the body is not said to be JSON; send it with Content-Type: application/json");
        }

        try
        {
            return await context.Request.ReadFromJsonAsync<T>(Json.Options, context.RequestAborted) is { } value
                ? new Body<T>(value)
                : throw Refusal.DoesNotFit("the body is null; expected a JSON object");
        }
        catch (JsonException broken) when (broken.InnerException is JsonException)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, ErrorType.Validation,
                $"the body is not JSON: wrong at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}");
        }
        catch (JsonException unfit)
        {
            throw Refusal.DoesNotFit($"{Without(unfit.Message, " Path: ")} (at {unfit.Path})");
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    private static string Without(string message, string tail) => message.Split(tail)[0].TrimEnd('.', ' ', '|');
}
