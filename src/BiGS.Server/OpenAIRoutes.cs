using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Inference;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Vectors of texts, as OpenAI's clients ask for them.</summary>
internal static class OpenAIRoutes
{
    private const string Owner = "bigs";

    private static readonly long Started = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup("").WithMetadata(new OpenAIErrors());
        routes.MapPost("/v1/embeddings", EmbedAsync).Describe("create_embedding", "A vector of length 1 for each text");
        routes.MapPost("/embeddings", EmbedAsync).Describe("create_embedding_without_version", "The same as /v1/embeddings");
        routes.MapGet("/v1/models", (ServedModels models) => new ModelList("list", [.. models.All.Select(Card)])).Describe("list_models", "The models that are loaded");
        routes.MapGet("/v1/models/{**model}", (string model, ServedModels models) => Card(models.Find(Uri.UnescapeDataString(model))))
            .Describe("retrieve_model", "One of them");
    }

    private static async Task<EmbeddingList> EmbedAsync(JsonBody<EmbeddingRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        EmbeddingRequest request = body.Value;
        ServedModel model = models.FindEmbedder(request.Model);
        EmbeddingRoutes.CheckDimensions(model, request.Dimensions);
        TextInputs inputs = RequestTokenizer.AddPrompts(model, request.Input, request.PromptName);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, inputs, new Truncation(request.Truncate));
        float[][] vectors = await ServedModel.RunAsync(model.Vectors, rows, context);
        int tokens = context.Statistics().Tokens;
        return new EmbeddingList(
            "list",
            [.. vectors.Select((vector, i) => new EmbeddingItem("embedding", i, new EmbeddingNumbers(UnitVector.Normalize(vector), request.EncodingFormat == EncodingFormat.Base64)))],
            model.Name,
            new Usage(tokens, tokens));
    }

    private static ModelCard Card(ServedModel model) => new(model.Name, "model", Started, Owner);

    internal enum EncodingFormat
    {
        Float,
        Base64,
    }

    private sealed record EmbeddingRequest(
        TextInputs Input,
        [property: Description(Descriptions.Model)] string? Model = null,
        [property: Description("Whether vectors are lists of numbers, as by default, or their bytes (32-bit floats, little-endian) in base64.")] EncodingFormat? EncodingFormat = null,
        [property: Description(Descriptions.Dimensions)] int? Dimensions = null,
        [property: Description("Who asks; not used.")] string? User = null,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.PromptName)] string? PromptName = null);

    private sealed record EmbeddingList(string Object, EmbeddingItem[] Data, string Model, Usage Usage);

    private sealed record EmbeddingItem(string Object, int Index, EmbeddingNumbers Embedding);

    private sealed record Usage(int PromptTokens, int TotalTokens);

    private sealed record ModelList(string Object, ModelCard[] Data);

    private sealed record ModelCard(string Id, string Object, long Created, string OwnedBy);

    /// <summary>A list of numbers, or their bytes (32-bit floats, little-endian) in base64.</summary>
    [JsonConverter(typeof(Writer))]
    internal sealed record EmbeddingNumbers(float[] Values, bool InBase64)
    {
        private sealed class Writer : JsonConverter<EmbeddingNumbers>
        {
            public override EmbeddingNumbers Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

            public override void Write(Utf8JsonWriter writer, EmbeddingNumbers value, JsonSerializerOptions options)
            {
                if (value.InBase64)
                {
                    writer.WriteBase64StringValue(MemoryMarshal.AsBytes<float>(value.Values));
                    return;
                }

                writer.WriteStartArray();
                foreach (float number in value.Values)
                {
                    writer.WriteNumberValue(number);
                }

                writer.WriteEndArray();
            }
        }
    }
}
