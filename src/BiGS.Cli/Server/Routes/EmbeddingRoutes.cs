using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Cli.Server.Routes;

/// <summary>Vectors of texts, as text-embeddings-inference gives them.</summary>
internal static class EmbeddingRoutes
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/embed", (Body<EmbedRequest> body, ServedModels models, CancellationToken cancel) =>
            models.First.Embedder.Embed(body.Value.Inputs.Texts, body.Value.Normalize, body.Value.Truncate == true ? Pipelines.TooLong.Truncate : Pipelines.TooLong.Refuse, cancel));

    private sealed record EmbedRequest(Inputs Inputs, bool Normalize = true, bool? Truncate = null);
}
