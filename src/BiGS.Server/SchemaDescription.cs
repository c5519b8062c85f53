using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BiGS.Server;

/// <summary>Types that are read and written by converters of their own, as the OpenAPI document describes them; ASP.NET Core sees nothing of these.</summary>
internal static class SchemaDescription
{
    private delegate Task<IOpenApiSchema> Referrer(Type type);

    /// <summary>Shapes in which values may come.</summary>
    private static readonly Dictionary<Type, Func<Referrer, Task<IOpenApiSchema[]>>> Shapes = new()
    {
        [typeof(TextInputs)] = _ => Task.FromResult<IOpenApiSchema[]>([Text(), ListOf(Text()), ListOf(Number()), ListOf(ListOf(Number()))]),
        [typeof(TextPairInputs)] = _ => Task.FromResult<IOpenApiSchema[]>([Text(), ListOf(Text()), ListOf(ListOf(Text()))]),
        [typeof(TokenIds)] = _ => Task.FromResult<IOpenApiSchema[]>([ListOf(Number()), ListOf(ListOf(Number()))]),
        [typeof(OpenAIRoutes.EmbeddingNumbers)] = _ => Task.FromResult<IOpenApiSchema[]>([ListOf(new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" }), Text()]),
        [typeof(QuestionAnsweringRoutes.Questions)] = async refer => [await refer(typeof(QuestionAnsweringRoutes.Asked)), ListOf(await refer(typeof(QuestionAnsweringRoutes.Asked)))],
        [typeof(Predictions)] = refer => OneOrListsAsync(refer, typeof(ClassificationRoutes.Prediction)),
        [typeof(HuggingFaceRoutes.FillMaskOutput)] = refer => OneOrListsAsync(refer, typeof(HuggingFaceRoutes.FilledSequence)),
        [typeof(HuggingFaceRoutes.QuestionAnsweringOutput)] = async refer =>
            [await refer(typeof(HuggingFaceRoutes.FoundAnswer)), ListOf(await refer(typeof(HuggingFaceRoutes.FoundAnswer)))],
    };

    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. schema.Enum!.OfType<JsonNode>()];
        }
        else if (Shapes.TryGetValue(type, out var shapes))
        {
            schema.OneOf = await shapes(part => ReferenceAsync(part, context.Document!, context.GetOrCreateSchemaAsync, cancellationToken));
        }
    }

    /// <summary>A type's schema among the components of the document, by reference.</summary>
    public static async Task<IOpenApiSchema> ReferenceAsync(
        Type type, OpenApiDocument document, Func<Type, ApiParameterDescription?, CancellationToken, Task<OpenApiSchema>> create, CancellationToken cancellationToken)
    {
        document.AddComponent(type.Name, await create(type, null, cancellationToken));
        return new OpenApiSchemaReference(type.Name, document);
    }

    private static async Task<IOpenApiSchema[]> OneOrListsAsync(Referrer refer, Type item) => [ListOf(await refer(item)), ListOf(ListOf(await refer(item)))];

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Integer, Format = "int32" };

    private static OpenApiSchema ListOf(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };
}
