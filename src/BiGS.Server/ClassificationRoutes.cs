using System.ComponentModel;
using System.Text.Json.Serialization;
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
        routes.MapPost("/predict", PredictAsync).Describe("predict", "Classes of texts or pairs, the likeliest first");
        routes.MapPost("/rerank", RerankAsync).Describe("rerank", "Texts by how well they fit a query, the best first");
    }

    public static ServedModel Find(ServedModels models, string? name) => models.Find(name, model => model.Classes is not null, "gives classes", Head);

    public static async Task<Predictions> PredictAsync(JsonBody<PredictRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        PredictRequest request = body.Value;
        ServedModel model = Find(models, request.Model);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, request.Inputs, new Truncation(request.Truncate, request.TruncationDirection));
        Classification[] classes = await ServedModel.RunAsync(model.Classes!, rows, context);
        return new Predictions([.. classes.Select(answer => Predict(answer, model, request.RawScores == true))], request.Inputs.IsBatch);
    }

    public static async Task<Rank[]> RerankAsync(JsonBody<RerankRequest> body, HttpContext context, ServedModels models, RequestTokenizer tokenizer)
    {
        RerankRequest request = body.Value;
        ServedModel model = models.Find(request.Model, model => model.Ranks, "ranks texts (one label)", Head);
        var inputs = new TextPairInputs([.. request.Texts.Select(text => new ModelText(request.Query, text))], IsBatch: true);
        TokenizedText[] rows = tokenizer.Tokenize(context, model, inputs, new Truncation(request.Truncate, request.TruncationDirection));
        Classification[] values = await ServedModel.RunAsync(model.Classes!, rows, context);
        return
        [
            .. values.Select((answer, i) => new Rank(i, Score(answer.Value!.Value, request.RawScores == true), request.ReturnText == true ? request.Texts[i] : null))
                .OrderByDescending(rank => rank.Score),
        ];
    }

    public static Prediction[] Predict(Classification answer, ServedModel model, bool rawScores) => answer.Value is double value
        ? [new Prediction(Score(value, rawScores), model.Pipelines.Labels[0])]
        : [.. answer.Labels.Select(label => new Prediction(rawScores ? label.Logit : label.Probability, label.Label))];

    /// <summary>A single number becomes a share by the logistic function.</summary>
    private static double Score(double value, bool raw) => raw ? value : 1 / (1 + Math.Exp(-value));

    internal sealed record PredictRequest(
        TextPairInputs Inputs,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.TruncationDirection)] TruncationDirection? TruncationDirection = null,
        [property: Description("Whether scores are the model's own numbers rather than probabilities; false by default.")] bool? RawScores = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record Prediction(double Score, string Label);

    internal sealed record RerankRequest(
        string Query,
        string[] Texts,
        [property: Description(Descriptions.Truncate)] bool? Truncate = null,
        [property: Description(Descriptions.TruncationDirection)] TruncationDirection? TruncationDirection = null,
        [property: Description("Whether scores are the model's own numbers rather than between 0 and 1; false by default.")] bool? RawScores = null,
        [property: Description("Whether the answer repeats the texts; false by default.")] bool? ReturnText = null,
        [property: Description(Descriptions.Model)] string? Model = null);

    internal sealed record Rank(int Index, double Score, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null);
}

/// <summary>Classes of one text as a list, or of several as a list of lists.</summary>
/// <param name="Texts">Of each text, the likeliest first.</param>
/// <param name="IsBatch">Whether there is a list of lists.</param>
[JsonConverter(typeof(OneOrSeveralWriter))]
internal sealed record Predictions(ClassificationRoutes.Prediction[][] Texts, bool IsBatch) : IOneOrSeveral
{
    object IOneOrSeveral.Value => IsBatch ? Texts : Texts[0];
}
