using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BiGS.Server;

/// <summary>What the OpenAPI document says beyond what the routes' types say of themselves.</summary>
internal static class OpenApiTexts
{
    private static readonly OpenApiSchema Text = new() { Type = JsonSchemaType.String };
    private static readonly OpenApiSchema Ids = new() { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Integer } };

    /// <summary>Shapes of the inputs that may come in several.</summary>
    private static readonly Dictionary<Type, IOpenApiSchema[]> Shapes = new()
    {
        [typeof(Inputs)] = [Text, ListOf(Text), Ids, ListOf(Ids)],
        [typeof(PairInputs)] = [Text, ListOf(Text), ListOf(ListOf(Text))],
    };

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "BiGS for .NET";
            document.Info.Description = "Text encoders without attention, over the routes of text-embeddings-inference and OpenAI's embeddings.";
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (Shapes.TryGetValue(context.JsonTypeInfo.Type, out IOpenApiSchema[]? shapes))
            {
                schema.OneOf = [.. shapes];
            }

            return Task.CompletedTask;
        });
    }

    private static OpenApiSchema ListOf(OpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };
}
