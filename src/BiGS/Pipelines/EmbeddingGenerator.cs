using Microsoft.Extensions.AI;

namespace BiGS.Pipelines;

/// <summary>
/// An <see cref="Embedder"/> as the platform's own interface, for whatever speaks it: vector stores, caches, telemetry. Vectors have length 1.
/// Several threads may use one.
/// </summary>
/// <param name="embedder">Disposed with the generator.</param>
/// <param name="modelId">What the model is called in metadata and answers.</param>
/// <param name="tooLong">What becomes of a text that is longer than the model.</param>
public sealed class EmbeddingGenerator(Embedder embedder, string modelId, LongTextBehavior tooLong = LongTextBehavior.Refuse) : IEmbeddingGenerator<string, Embedding<float>>
{
    private const string Provider = "bigs";

    private readonly EmbeddingGeneratorMetadata _metadata = new(Provider, defaultModelId: modelId, defaultModelDimensions: embedder.Dimensions);

    /// <summary>Embeds texts, on a thread of the pool; <c>Usage</c> counts the tokens that were read, [CLS] and [SEP] among them.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="options">Model and dimensions can only be what they are; the rest has no meaning here.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One vector per text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    /// <exception cref="NotSupportedException">Another model or another number of dimensions is asked for.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Refuse(options);
        string[] texts = [.. values];
        return Task.Run(() => Generate(texts, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(embedder) ? embedder
            : null;
    }

    public void Dispose() => embedder.Dispose();

    private GeneratedEmbeddings<Embedding<float>> Generate(string[] texts, CancellationToken cancellationToken)
    {
        IReadOnlyList<EmbeddedText> embedded = embedder.EmbedWithTokenCounts(texts, normalize: true, tooLong, cancellationToken);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        long tokens = embedded.Sum(text => (long)text.Tokens);
        return new GeneratedEmbeddings<Embedding<float>>(embedded.Select(text => new Embedding<float>(text.Vector) { CreatedAt = now, ModelId = modelId }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    private void Refuse(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != embedder.Dimensions)
        {
            throw new NotSupportedException(
                $"vectors of {dimensions} dimensions are asked for, but {modelId} gives {embedder.Dimensions}, and cutting them would break their cosines; leave Dimensions out.");
        }

        if (options?.ModelId is { } other && other != modelId)
        {
            throw new NotSupportedException($"the model {other} is asked for, but this generator has {modelId}; leave ModelId out, or open {other} in another generator.");
        }
    }
}
