using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using BiGS.Inference;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace BiGS.Search;

/// <summary>
/// The index for code that is written against Microsoft.Extensions.VectorData. What is searched by is a text, which the index's model embeds, or a vector of
/// that model: <c>float[]</c>, <c>ReadOnlyMemory&lt;float&gt;</c> or <c>Embedding&lt;float&gt;</c>, of any length but zero.
/// </summary>
public sealed partial class SearchIndex : IVectorSearchable<IndexedPassage>, IKeywordHybridSearchable<IndexedPassage>
{
    /// <summary>The passages nearest in meaning, scored by the cosine.</summary>
    IAsyncEnumerable<VectorSearchResult<IndexedPassage>> IVectorSearchable<IndexedPassage>.SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<IndexedPassage>? options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        options ??= new VectorSearchOptions<IndexedPassage>();
        RequireAbsent(options.VectorProperty, nameof(options.VectorProperty));
        RequireWithoutVectors(options.IncludeVectors);
        return SearchAsync(
            searchValue, "", SearchMode.Vector, new Page(top, options.Skip, options.ScoreThreshold), options.Filter, cancellationToken);
    }

    /// <summary>Passages by their vectors and by the keywords, each of which may be several words; scored as <see cref="SearchHit.Score"/> says.</summary>
    IAsyncEnumerable<VectorSearchResult<IndexedPassage>> IKeywordHybridSearchable<IndexedPassage>.HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<IndexedPassage>? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        options ??= new HybridSearchOptions<IndexedPassage>();
        RequireAbsent(options.VectorProperty, nameof(options.VectorProperty));
        RequireAbsent(options.AdditionalProperty, nameof(options.AdditionalProperty));
        RequireWithoutVectors(options.IncludeVectors);
        return SearchAsync(
            searchValue, string.Join(' ', keywords), SearchMode.Hybrid, new Page(top, options.Skip, options.ScoreThreshold), options.Filter, cancellationToken);
    }

    object? IVectorSearchable<IndexedPassage>.GetService(Type serviceType, object? serviceKey) => GetService(serviceType, serviceKey);

    object? IKeywordHybridSearchable<IndexedPassage>.GetService(Type serviceType, object? serviceKey) => GetService(serviceType, serviceKey);

    private object? GetService(Type serviceType, object? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = "sqlite", CollectionName = _path }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private async IAsyncEnumerable<VectorSearchResult<IndexedPassage>> SearchAsync(
        object? value, string words, SearchMode mode, Page page, Expression<Func<IndexedPassage, bool>>? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<SearchHit> hits = await Task.Run(
            () =>
            {
                float[] vector = VectorOf(value, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                return Search(words, vector, new SearchOptions { Mode = mode, Top = (int)Math.Min((long)page.Skip + page.Top, int.MaxValue) }, filter?.Compile());
            },
            cancellationToken).ConfigureAwait(false);
        foreach (SearchHit hit in hits.Skip(page.Skip).TakeWhile(hit => !(hit.Score < page.ScoreThreshold)))
        {
            yield return new VectorSearchResult<IndexedPassage>(hit.Passage, hit.Score);
        }
    }

    /// <summary>(d), of length 1.</summary>
    private float[] VectorOf(object? value, CancellationToken cancellationToken)
    {
        float[] vector = value switch
        {
            string text => Embed(text, cancellationToken),
            float[] numbers => numbers,
            ReadOnlyMemory<float> numbers => numbers.ToArray(),
            Embedding<float> embedding => embedding.Vector.ToArray(),
            _ => throw new NotSupportedException(
                $"{_path}: a search by {(value is null ? "null" : $"a value of {value.GetType()}")}; search by a string, a float[], a ReadOnlyMemory<float> or an Embedding<float>."),
        };
        using SqliteConnection connection = IndexDatabase.OpenToRead(_path, pooling: true);
        int dimensions = IndexSettings.Read(connection).Dimensions;
        return vector.Length == dimensions && vector.All(float.IsFinite) ? UnitVector.Normalize(vector) : throw new ArgumentException(
            $"{_path}: a search by a vector of {vector.Length} numbers; expected {dimensions} finite ones, as the model that made the index gives.");
    }

    private void RequireAbsent(object? property, string name)
    {
        if (property is not null)
        {
            throw new NotSupportedException($"{_path}: {name} is given, but a passage has one vector, and words are looked for in its title and text; leave it out.");
        }
    }

    private void RequireWithoutVectors(bool included)
    {
        if (included)
        {
            throw new NotSupportedException($"{_path}: IncludeVectors asks for vectors, but an {nameof(IndexedPassage)} has none; leave it out.");
        }
    }

    /// <summary>Which of the ranked passages are wanted.</summary>
    private readonly record struct Page(int Top, int Skip, double? ScoreThreshold);
}
