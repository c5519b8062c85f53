using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Inference;
using BiGS.SentenceTransformers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>What is served, whether all is well, and how much there is to do.</summary>
internal static class StatusRoutes
{
    private const string PrometheusTextType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string Version =
        typeof(StatusRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Ok()).Describe("health", "Whether all is well").WithMetadata(new NoApiKey());
        routes.MapGet("/ping", () => Results.Ok()).Describe("ping", "The same as /health").WithMetadata(new NoApiKey());
        routes.MapGet("/info", (ServedModels models, ServedIndex index, IOptions<BiGSServerOptions> options) => Info.Of(models, index, options.Value)).Describe("info", "What is served");
        routes.MapGet("/metrics", (ServerMetrics metrics) => Results.Text(metrics.Text.Write(), PrometheusTextType))
            .Produces<string>(contentType: "text/plain").Describe("metrics", "Counts and times, as Prometheus reads them");
    }

    /// <summary>As text-embeddings-inference tells of itself and of its model, the first here; and what else is loaded.</summary>
    private sealed record Info(
        string ModelId, string? ModelSha, string ModelDtype, string ServedModelName, ModelType ModelType, int MaxConcurrentRequests, int MaxInputLength, int MaxBatchTokens,
        int? MaxBatchRequests, int MaxClientBatchSize, int MaxRequestTokens, int MaxResponseBytes, int PayloadLimit, bool AutoTruncate, int TokenizationWorkers, string Version, string? Sha, string? DockerLabel, ModelInfo[] Models)
    {
        public static Info Of(ServedModels models, ServedIndex index, BiGSServerOptions options)
        {
            ModelInfo[] all = [.. models.All.Select(model => ModelInfo.Of(model, index))];
            return new Info(
                all[0].ModelId, null, all[0].ModelDtype, all[0].ModelId, all[0].ModelType, options.MaxConcurrentRequests, all[0].MaxInputLength, options.MaxBatchTokens,
                null, options.MaxClientBatchSize, options.MaxRequestTokens, options.MaxResponseBytes, options.PayloadLimit, options.AutoTruncate, Environment.ProcessorCount, StatusRoutes.Version, null, null, all);
        }
    }

    private sealed record ModelInfo(string ModelId, string Architecture, string ModelDtype, ModelType ModelType, int MaxInputLength, string[] Routes)
    {
        public static ModelInfo Of(ServedModel model, ServedIndex index) => new(
            model.Name, model.Pipelines.Architecture, DtypeOf(model.Pipelines.Precision), ModelType.Of(model), model.MaxInputLength, [.. RoutesOf(model, index)]);

        private static string DtypeOf(Precision precision) => precision switch
        {
            Precision.Bf16 => "bfloat16",
            Precision.Fp64 => "float64",
            Precision.Int8 => "int8",
            _ => "float32",
        };

        private static IEnumerable<string> RoutesOf(ServedModel model, ServedIndex index)
        {
            (string Route, bool Answers)[] routes =
            [
                ("/embed", true), ("/embed_all", true), ("/similarity", true), ("/v1/embeddings", true), ("/embeddings", true), ("/tokenize", true), ("/decode", true),
                ("/predict", model.Classes is not null), ("/rerank", model.Ranks), ("/fill-mask", model.Fills is not null), ("/tag", model.Tags is not null),
                ("/answer", model.Answers is not null), ("/search", index.Model == model), ("/pipeline/fill-mask", model.Fills is not null), ("/pipeline/token-classification", model.Tags is not null),
                ("/pipeline/question-answering", model.Answers is not null), ("/pipeline/text-classification", model.Classes is not null),
            ];
            return routes.Where(route => route.Answers).Select(route => route.Route);
        }
    }

    /// <summary>One of the three kinds that text-embeddings-inference has; what is neither classifier nor reranker embeds.</summary>
    private sealed record ModelType(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EmbeddingModel? Embedding,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClassifierModel? Classifier,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClassifierModel? Reranker)
    {
        public static ModelType Of(ServedModel model) => model.Ranks ? new ModelType(null, null, ClassifierModel.Of(model))
            : model.Classes is not null ? new ModelType(null, ClassifierModel.Of(model), null)
            : new ModelType(new EmbeddingModel(Pooling(model.Pipelines.Embedder.Pooling)), null, null);
    }

    private static string Pooling(IReadOnlyList<PoolingMode> modes) => string.Join('+', modes.Select(mode => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{mode}")));

    private sealed record EmbeddingModel(string Pooling);

    private sealed record ClassifierModel([property: JsonPropertyName("id2label")] Dictionary<string, string> Labels, [property: JsonPropertyName("label2id")] Dictionary<string, int> Numbers)
    {
        public static ClassifierModel Of(ServedModel model)
        {
            IEnumerable<(int Number, string Label)> labels = model.Pipelines.Labels.Index();
            return new ClassifierModel(labels.ToDictionary(label => $"{label.Number}", label => label.Label), labels.ToDictionary(label => label.Label, label => label.Number));
        }
    }
}
