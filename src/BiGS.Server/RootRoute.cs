using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Server;

/// <summary>
/// <c>POST /</c>: what the head of the first model does. Text-embeddings-inference answers there, and so does an inference endpoint of Hugging Face, whose
/// shapes tags and answers have. A model that fills masks embeds there, as <c>/info</c> says of it.
/// </summary>
internal static class RootRoute
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/", AnswerAsync).ExcludeFromDescription();

    private static async Task<object> AnswerAsync([AsParameters] RequestServices services)
    {
        (HttpContext context, ServedModels models, RequestTokenizer tokenizer, _) = services;
        return models.First switch
        {
            { Ranks: true } => await ClassificationRoutes.RerankAsync(await JsonBody<ClassificationRoutes.RerankRequest>.ReadAsync(context), context, models, tokenizer),
            { Classes: not null } => await ClassificationRoutes.PredictAsync(await JsonBody<ClassificationRoutes.PredictRequest>.ReadAsync(context), context, models, tokenizer),
            { Tags: not null } => await HuggingFaceRoutes.TokenClassificationAsync(await JsonBody<HuggingFaceRoutes.TokenClassificationInput>.ReadAsync(context), services),
            { Answers: not null } => await HuggingFaceRoutes.QuestionAnsweringAsync(await JsonBody<HuggingFaceRoutes.QuestionAnsweringInput>.ReadAsync(context), services),
            _ => await EmbeddingRoutes.EmbedAsync(await JsonBody<EmbeddingRoutes.EmbedRequest>.ReadAsync(context), context, models, tokenizer),
        };
    }
}
