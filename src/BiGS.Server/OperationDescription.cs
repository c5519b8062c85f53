using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BiGS.Server;

/// <summary>What a route is called in the OpenAPI document, and in clients that are generated from it.</summary>
internal sealed record OperationName(string Value);

internal static class OperationNameExtensions
{
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string operationName, string summary) =>
        route.WithMetadata(new OperationName(operationName)).WithSummary(summary);
}

/// <summary>What the OpenAPI document says of a route beside its types: its name, its errors, and whether it needs the key.</summary>
internal static class OperationDescription
{
    public const string KeyScheme = "api_key";

    /// <summary>Errors of routes that take texts, by status.</summary>
    private static readonly Dictionary<int, string> Errors = new()
    {
        [StatusCodes.Status400BadRequest] = "The body is not JSON.",
        [StatusCodes.Status404NotFound] = "No model of this name is loaded.",
        [StatusCodes.Status413PayloadTooLarge] = "Too many texts, too long ones, or an answer that would be too large.",
        [StatusCodes.Status415UnsupportedMediaType] = "The body is not said to be JSON, or compressed in an unknown way.",
        [StatusCodes.Status422UnprocessableEntity] = "JSON, but not what the route takes.",
        [StatusCodes.Status424FailedDependency] = "No model that is loaded can do this, or computing failed.",
        [StatusCodes.Status429TooManyRequests] = "Too many requests are in progress.",
        [StatusCodes.Status503ServiceUnavailable] = "Not answered in time.",
    };

    public static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, bool needsKey, CancellationToken cancellationToken)
    {
        IList<object> metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.OperationId = metadata.OfType<OperationName>().Single().Value;
        bool isOpen = metadata.OfType<NoApiKey>().Any();
        bool isOpenAI = metadata.OfType<OpenAIErrors>().Any();
        operation.Tags?.Clear();
        if (needsKey && !isOpen)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] }];
            await AddErrorAsync(StatusCodes.Status401Unauthorized, "The key is missing or wrong.");
        }

        if (operation.RequestBody is not null)
        {
            foreach ((int status, string meaning) in Errors.Where(error => !isOpenAI || OpenAIErrors.Status(error.Key) == error.Key))
            {
                await AddErrorAsync(status, meaning);
            }
        }
        else if (operation.Parameters is { Count: > 0 })
        {
            await AddErrorAsync(StatusCodes.Status404NotFound, Errors[StatusCodes.Status404NotFound]);
        }

        async Task AddErrorAsync(int status, string meaning)
        {
            IOpenApiSchema schema = await SchemaDescription.ReferenceAsync(isOpenAI ? typeof(OpenAIErrorResponse) : typeof(ErrorResponse), context.Document!, context.GetOrCreateSchemaAsync, cancellationToken);
            (operation.Responses ??= [])[$"{status}"] = new OpenApiResponse
            {
                Description = meaning,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } },
            };
        }
    }
}
