using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>Classes of texts and ranks of texts for a query, as text-embeddings-inference gives them.</summary>
internal static class ClassificationRoutes
{
    private const string Head = ModelHeads.SequenceClassification;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/predict", PredictAsync).Produces<Prediction[]>().WithSummary("Classes of texts or pairs, the likeliest first");
        routes.MapPost("/rerank", RerankAsync).WithSummary("Texts by how well they fit a query, the best first");
    }

    private static async Task<IResult> PredictAsync(JsonBody<PredictRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        PredictRequest request = body.Value;
        ServedModel model = models.Find(null, model => model.Classes is not null, "gives classes", Head);
        TokenizedText[] rows = tokenizer.TokenizePairs(context, model, request.Inputs.Texts, request.Truncate == true, request.TruncationDirection);
        Classification[] classes = await ServedModel.RunAsync(model.Classes!, rows, context.RequestAborted);
        Prediction[][] predictions = [.. classes.Select(answer => Predictions(answer, model, request.RawScores))];
        return request.Inputs.IsBatch ? Results.Json(predictions, Json.Options) : Results.Json(predictions[0], Json.Options);
    }

    private static async Task<Rank[]> RerankAsync(JsonBody<RerankRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        RerankRequest request = body.Value;
        ServedModel model = models.Find(null, model => model.Ranks, "ranks texts (one label)", Head);
        TokenizedText[] rows = tokenizer.TokenizePairs(
            context, model, [.. request.Texts.Select(text => new ModelText(request.Query, text))], request.Truncate == true, request.TruncationDirection);
        Classification[] values = await ServedModel.RunAsync(model.Classes!, rows, context.RequestAborted);
        return
        [
            .. values.Select((answer, i) => new Rank(i, request.ReturnText ? request.Texts[i] : null, Score(answer.Value!.Value, request.RawScores)))
                .OrderByDescending(rank => rank.Score),
        ];
    }

    private static Prediction[] Predictions(Classification answer, ServedModel model, bool rawScores) => answer.Value is double value
        ? [new Prediction(Score(value, rawScores), model.Pipelines.Labels[0])]
        : [.. answer.Labels.Select(label => new Prediction(rawScores ? label.Logit : label.Probability, label.Label))];

    /// <summary>A single number becomes a share by the logistic function.</summary>
    private static double Score(double value, bool raw) => raw ? value : 1 / (1 + Math.Exp(-value));

    private sealed record PredictRequest(
        TextPairInputs Inputs, bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right, bool RawScores = false);

    private sealed record Prediction(double Score, string Label);

    private sealed record RerankRequest(
        string Query, string[] Texts, bool? Truncate = false, TruncationDirection TruncationDirection = TruncationDirection.Right,
        bool RawScores = false, bool ReturnText = false);

    private sealed record Rank(
        int Index, [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] string? Text, double Score);
}
