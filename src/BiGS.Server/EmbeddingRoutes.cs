using System.ComponentModel;
using System.Globalization;
using BiGS.Inference;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Vectors of texts, as text-embeddings-inference gives them.</summary>
internal static class EmbeddingRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/embed", EmbedAsync).Describe("embed", "A vector for each text: the mean of its hidden states, or as the model pools them");
        routes.MapPost("/embed_all", EmbedAllAsync).Describe("embed_all", "A vector for each token of each text");
        routes.MapPost("/similarity", SimilarityAsync).Describe("similarity", "How near sentences are to one: cosines");
    }

    public static async Task<float[][]> EmbedAsync(JsonBody<EmbedRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        EmbedRequest request = body.Value;
        ServedModel model = models.FindEmbedder(request.Model);
        CheckDimensions(model, request.Dimensions);
        TextInputs inputs = RequestTokenizer.AddPrompts(model, request.Inputs, request.PromptName);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, inputs, new Truncation(request.Truncate, request.TruncationDirection));
        float[][] vectors = await ServedModel.RunAsync(model.Vectors, rows, context);
        return request.Normalize ?? true ? [.. vectors.Select(UnitVector.Normalize)] : vectors;
    }

    /// <exception cref="ApiException">Vectors of another length than the model's are wanted.</exception>
    public static void CheckDimensions(ServedModel model, int? dimensions)
    {
        int own = model.Pipelines.Embedder.Dimensions;
        if (dimensions is int wanted && wanted != own)
        {
            throw ApiException.Invalid(
                $"`dimensions` is {wanted}, but vectors of {model.Name} have {own.ToString(CultureInfo.InvariantCulture)} and mean nothing when cut; leave it out", "dimensions");
        }
    }

    private static async Task<float[][][]> EmbedAllAsync(
        JsonBody<EmbedAllRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer, RequestLimits limits)
    {
        EmbedAllRequest request = body.Value;
        ServedModel model = models.FindEmbedder(request.Model);
        CheckDimensions(model, request.Dimensions);
        TextInputs inputs = RequestTokenizer.AddPrompts(model, request.Inputs, request.PromptName);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, inputs, new Truncation(request.Truncate, request.TruncationDirection));
        limits.CheckResponse((long)context.Statistics().Tokens * model.Pipelines.Config.HiddenSize * RequestLimits.BytesOfNumber, "or shorter texts");
        return await ServedModel.RunAsync(model.TokenVectors, rows, context);
    }

    private static async Task<double[]> SimilarityAsync(
        JsonBody<SimilarityRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer, RequestLimits limits)
    {
        (SimilarityInput inputs, SimilarityParameters parameters) = (body.Value.Inputs, body.Value.Parameters ?? new SimilarityParameters());
        ServedModel model = models.FindEmbedder(body.Value.Model);
        limits.CheckBatchSize(context, inputs.Sentences.Length, isBatch: true);
        TextInputs texts = RequestTokenizer.AddPrompts(
            model, new TextInputs([inputs.SourceSentence, .. inputs.Sentences.Select(text => (TextInput)text)], IsBatch: true), parameters.PromptName);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, texts, new Truncation(parameters.Truncate, parameters.TruncationDirection));
        float[][] vectors = await ServedModel.RunAsync(model.Vectors, rows, context);
        float[][] units = [.. vectors.Select(UnitVector.Normalize)];
        return [.. units[1..].Select(unit => UnitVector.Cosine(units[0], unit))];
    }

    internal sealed record EmbedRequest(
        TextInputs Inputs,
        [property: Description("Whether vectors have length 1; true by default.")] bool? Normalize = null,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.TruncationDirection)] TruncationDirection? TruncationDirection = null,
        [property: Description(Descriptions.PromptName)] string? PromptName = null,
        [property: Description(Descriptions.Dimensions)] int? Dimensions = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    private sealed record EmbedAllRequest(
        TextInputs Inputs,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.TruncationDirection)] TruncationDirection? TruncationDirection = null,
        [property: Description(Descriptions.PromptName)] string? PromptName = null,
        [property: Description(Descriptions.Dimensions)] int? Dimensions = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    private sealed record SimilarityRequest(
        SimilarityInput Inputs, SimilarityParameters? Parameters = null, [property: Description(Descriptions.Model)] string? Model = null);

    private sealed record SimilarityInput(string SourceSentence, string[] Sentences);

    private sealed record SimilarityParameters(
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.TruncationDirection)] TruncationDirection? TruncationDirection = null,
        [property: Description(Descriptions.PromptName)] string? PromptName = null);
}
