using System.ComponentModel;
using BiGS.Inference;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server.Routes;

/// <summary>Vectors of texts, as text-embeddings-inference gives them.</summary>
internal static class EmbeddingRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/embed", Embed).WithSummary("A vector for each text: the mean of its hidden states, or as the model pools them");
        routes.MapPost("/embed_all", EmbedAll).WithSummary("A vector for each token of each text");
        routes.MapPost("/similarity", Similarity).WithSummary("How near sentences are to one: cosines");
    }

    private static async Task<float[][]> Embed(Body<EmbedRequest> body, HttpContext context, ServedModels models, RequestTokenizer intake)
    {
        EmbedRequest request = body.Value;
        TokenizedText[] rows = intake.Rows(context, models.First, RequestTokenizer.Prompted(models.First, request.Inputs.Texts, request.PromptName), request.Truncate == true, request.TruncationDirection);
        float[][] vectors = await ServedModel.RunAsync(models.First.Vectors, rows, context.RequestAborted);
        return request.Normalize ? [.. vectors.Select(UnitVector.Normalize)] : vectors;
    }

    private static Task<float[][][]> EmbedAll(Body<EmbedAllRequest> body, HttpContext context, ServedModels models, RequestTokenizer intake)
    {
        EmbedAllRequest request = body.Value;
        TokenizedText[] rows = intake.Rows(context, models.First, RequestTokenizer.Prompted(models.First, request.Inputs.Texts, request.PromptName), request.Truncate == true, request.TruncationDirection);
        return ServedModel.RunAsync(models.First.TokenVectors, rows, context.RequestAborted);
    }

    private static async Task<double[]> Similarity(Body<SimilarityRequest> body, HttpContext context, ServedModels models, RequestTokenizer intake)
    {
        (SimilarityInput inputs, SimilarityParameters parameters) = (body.Value.Inputs, body.Value.Parameters ?? new SimilarityParameters());
        intake.Count(context, inputs.Sentences.Length);
        TokenizedText[] rows = intake.Rows(
            context, models.First, RequestTokenizer.Prompted(models.First, [inputs.SourceSentence, .. inputs.Sentences.Select(text => (TextInput)text)], parameters.PromptName), parameters.Truncate == true, parameters.TruncationDirection);
        float[][] vectors = await ServedModel.RunAsync(models.First.Vectors, rows, context.RequestAborted);
        float[][] units = [.. vectors.Select(UnitVector.Normalize)];
        return [.. units[1..].Select(unit => UnitVector.Cosine(units[0], unit))];
    }

    private sealed record EmbedRequest(
        Inputs Inputs,
        [property: Description("Whether vectors have length 1.")] bool Normalize = true,
        [property: Description("Whether texts that are too long are cut rather than refused.")] bool? Truncate = false,
        TruncationDirection TruncationDirection = TruncationDirection.Right,
        [property: Description("Which of the model's prompts stands before every text; without it, the model's default one, if it has one.")] string? PromptName = null);

    private sealed record EmbedAllRequest(
        Inputs Inputs, bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right, string? PromptName = null);

    private sealed record SimilarityRequest(SimilarityInput Inputs, SimilarityParameters? Parameters = null);

    private sealed record SimilarityInput(string SourceSentence, string[] Sentences);

    private sealed record SimilarityParameters(
        bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right, string? PromptName = null);
}
