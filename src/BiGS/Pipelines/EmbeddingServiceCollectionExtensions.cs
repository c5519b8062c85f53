using BiGS.Inference;
using BiGS.Weights;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace BiGS.Pipelines;

/// <summary>Which model gives an application its embeddings.</summary>
public sealed class EmbeddingServiceOptions
{
    /// <summary>A checkpoint with its tokenizer; the small English model that ships with BiGS unless another is set.</summary>
    public string Folder { get; set; } = ShippedModel.EmbeddingFolder;

    /// <summary>What the model is called; the folder's name where nothing is said.</summary>
    public string? ModelId { get; set; }

    /// <summary>What computes the model, and where its tokenizer is.</summary>
    public OpenOptions OpenOptions { get; set; } = new();

    /// <summary>What becomes of a text that is longer than the model.</summary>
    public LongTextBehavior TooLong { get; set; } = LongTextBehavior.Refuse;
}

/// <summary>Embeddings for an application that is put together by dependency injection.</summary>
public static class EmbeddingServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>. Its model is opened when it is first asked for, and closed with the container.
    /// </summary>
    /// <param name="services">The application's.</param>
    /// <param name="configure">Says which model; null for the one that comes with the library.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddBiGSEmbeddings(this IServiceCollection services, Action<EmbeddingServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new EmbeddingServiceOptions();
        configure?.Invoke(options);
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ => new EmbeddingGenerator(
            Embedder.Open(options.Folder, options.OpenOptions), options.ModelId ?? new DirectoryInfo(options.Folder).Name, options.TooLong));
        return services;
    }
}
