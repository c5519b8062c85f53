using System.ComponentModel;
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
        routes.MapPost("/embed", EmbedAsync).WithSummary("A vector for each text: the mean of its hidden states, or as the model pools them");
        routes.MapPost("/embed_all", EmbedAllAsync).WithSummary("A vector for each token of each text");
        routes.MapPost("/similarity", SimilarityAsync).WithSummary("How near sentences are to one: cosines");
    }

    private static async Task<float[][]> EmbedAsync(JsonBody<EmbedRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        EmbedRequest request = body.Value;
        TokenizedText[] rows = tokenizer.Tokenize(context, models.First, RequestTokenizer.AddPrompts(models.First, request.Inputs.Texts, request.PromptName), request.Truncate == true, request.TruncationDirection);
        float[][] vectors = await ServedModel.RunAsync(models.First.Vectors, rows, context.RequestAborted);
        return request.Normalize ? [.. vectors.Select(UnitVector.Normalize)] : vectors;
    }

    private static Task<float[][][]> EmbedAllAsync(JsonBody<EmbedAllRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        EmbedAllRequest request = body.Value;
        TokenizedText[] rows = tokenizer.Tokenize(context, models.First, RequestTokenizer.AddPrompts(models.First, request.Inputs.Texts, request.PromptName), request.Truncate == true, request.TruncationDirection);
        return ServedModel.RunAsync(models.First.TokenVectors, rows, context.RequestAborted);
    }

    private static async Task<double[]> SimilarityAsync(JsonBody<SimilarityRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        (SimilarityInput inputs, SimilarityParameters parameters) = (body.Value.Inputs, body.Value.Parameters ?? new SimilarityParameters());
        tokenizer.CheckBatchSize(context, inputs.Sentences.Length);
        TokenizedText[] rows = tokenizer.Tokenize(
            context, models.First, RequestTokenizer.AddPrompts(models.First, [inputs.SourceSentence, .. inputs.Sentences.Select(text => (TextInput)text)], parameters.PromptName), parameters.Truncate == true, parameters.TruncationDirection);
        float[][] vectors = await ServedModel.RunAsync(models.First.Vectors, rows, context.RequestAborted);
        float[][] units = [.. vectors.Select(UnitVector.Normalize)];
        return [.. units[1..].Select(unit => UnitVector.Cosine(units[0], unit))];
    }

    private sealed record EmbedRequest(
        TextInputs Inputs,
        [property: Description("Whether vectors have length 1.")] bool Normalize = true,
        [property: Description("Whether texts that are too long are cut rather than refused.")] bool? Truncate = false,
        TruncationDirection TruncationDirection = TruncationDirection.Right,
        [property: Description("Which of the model's prompts stands before every text; without it, the model's default one, if it has one.")] string? PromptName = null);

    private sealed record EmbedAllRequest(
        TextInputs Inputs, bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right, string? PromptName = null);

    private sealed record SimilarityRequest(SimilarityInput Inputs, SimilarityParameters? Parameters = null);

    private sealed record SimilarityInput(string SourceSentence, string[] Sentences);

    private sealed record SimilarityParameters(
        bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right, string? PromptName = null);
}
