using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BiGS.Cli.Server.Routes;

/// <summary>What is served, and whether all is well.</summary>
internal static class StateRoutes
{
    private static readonly string Version =
        typeof(StateRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Ok());
        routes.MapGet("/info", (ServedModels models, ServerOptions options) => Info.Of(models.First, options));
    }

    /// <summary>As text-embeddings-inference tells of itself and the model.</summary>
    private sealed record Info(
        string ModelId, string? ModelSha, string ModelDtype, ModelType ModelType, int MaxConcurrentRequests, int MaxInputLength, int MaxBatchTokens,
        int? MaxBatchRequests, int MaxClientBatchSize, bool AutoTruncate, int TokenizationWorkers, string Version)
    {
        public static Info Of(ServedModel model, ServerOptions options) => new(
            model.Name, null, "float32", new ModelType(new EmbeddingModel("mean")), options.MaxConcurrentRequests, model.Config.MaxPositionEmbeddings,
            options.MaxBatchTokens, null, options.MaxClientBatchSize, false, Environment.ProcessorCount, StateRoutes.Version);
    }

    private sealed record ModelType(EmbeddingModel Embedding);

    private sealed record EmbeddingModel(string Pooling);
}
