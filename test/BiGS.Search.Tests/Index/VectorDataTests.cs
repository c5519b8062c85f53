using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace BiGS.Search.Tests.Index;

/// <summary>An index as Microsoft.Extensions.VectorData searches it finds what it finds by itself.</summary>
public class VectorDataTests
{
    [Fact]
    public async Task AVectorOfEveryKindAndLengthFindsTheNearest()
    {
        using TemporaryIndex temporary = Sample();
        IVectorSearchable<IndexedPassage> search = temporary.Index;
        float[] vector = temporary.Draw();
        (IndexedPassage, double)[] expected = [.. temporary.Index.Search("", vector, new SearchOptions { Mode = SearchMode.Vector, Top = 4 }).Select(hit => (hit.Passage, hit.Score))];
        float[] longer = [.. vector.Select(number => 7 * number)];
        Assert.Equal(expected, await Found(search.SearchAsync(vector, 4, cancellationToken: Token)), Near);
        Assert.Equal(expected, await Found(search.SearchAsync(longer, 4, cancellationToken: Token)), Near);
        Assert.Equal(expected, await Found(search.SearchAsync(new ReadOnlyMemory<float>(longer), 4, cancellationToken: Token)), Near);
        Assert.Equal(expected, await Found(search.SearchAsync(new Embedding<float>(longer), 4, cancellationToken: Token)), Near);
    }

    [Fact]
    public async Task KeywordsAndAVectorAreFused()
    {
        using TemporaryIndex temporary = Sample();
        IKeywordHybridSearchable<IndexedPassage> search = temporary.Index;
        float[] vector = temporary.Draw();
        (IndexedPassage, double)[] expected = [.. temporary.Index.Search("w3 river w5", vector, new SearchOptions { Mode = SearchMode.Hybrid, Top = 5 }).Select(hit => (hit.Passage, hit.Score))];
        Assert.Equal(expected, await Found(search.HybridSearchAsync(vector, ["w3 river", "w5"], 5, cancellationToken: Token)), Near);
        Assert.Equal(expected[2..], await Found(search.HybridSearchAsync(vector, ["w3", "river", "w5"], 3, new() { Skip = 2 }, Token)), Near);
        Assert.Equal(expected[..2], await Found(search.HybridSearchAsync(vector, ["w3 river w5"], 5, new() { ScoreThreshold = expected[1].Item2 - 1e-6 }, Token)), Near);
        Assert.NotEmpty(await Found(search.HybridSearchAsync(vector, [], 5, cancellationToken: Token)));
    }

    /// <summary>What a filter lets through is ranked as if there were nothing else.</summary>
    [Fact]
    public async Task AFilterComesBeforeTheRanking()
    {
        using TemporaryIndex temporary = Sample();
        float[] vector = temporary.Draw();
        SearchHit[] all = [.. temporary.Index.Search("", vector, new SearchOptions { Mode = SearchMode.Vector, Top = 100 })];
        string last = all[^1].Passage.File;
        Assert.Equal(
            all.Where(hit => hit.Passage.File == last).Take(3).Select(hit => (hit.Passage, hit.Score)),
            await Found(((IVectorSearchable<IndexedPassage>)temporary.Index).SearchAsync(vector, 3, new() { Filter = passage => passage.File == last }, Token)), Near);

        IKeywordHybridSearchable<IndexedPassage> search = temporary.Index;
        (IndexedPassage Passage, double Score)[] fused = await Found(search.HybridSearchAsync(vector, ["river"], 100, new() { Filter = passage => passage.File == last && passage.Line > 2 }, Token));
        Assert.Equal([3, 4, 5], fused.Select(found => found.Passage.Line).Order());
        Assert.All(fused, found => Assert.Equal(last, found.Passage.File));
        Assert.Equal("river", fused.MaxBy(found => found.Score).Passage.Text.Split(' ')[0]);
        Assert.Empty(await Found(search.HybridSearchAsync(vector, ["river"], 3, new() { Filter = _ => false }, Token)));
    }

    [Fact]
    public async Task WhatDoesNotFitIsRefused()
    {
        using TemporaryIndex temporary = Sample();
        IVectorSearchable<IndexedPassage> search = temporary.Index;
        IKeywordHybridSearchable<IndexedPassage> hybrid = temporary.Index;
        float[] vector = temporary.Draw();
        Assert.Contains("12", (await Assert.ThrowsAsync<ArgumentException>(() => Found(search.SearchAsync(new float[3], 1, cancellationToken: Token)))).Message);
        await Assert.ThrowsAsync<ArgumentException>(() => Found(search.SearchAsync(Enumerable.Repeat(float.NaN, 12).ToArray(), 1, cancellationToken: Token)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Found(search.SearchAsync("a text, without a model", 1, cancellationToken: Token)));
        Assert.Contains("Int32", (await Assert.ThrowsAsync<NotSupportedException>(() => Found(search.SearchAsync(7, 1, cancellationToken: Token)))).Message);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Found(search.SearchAsync(vector, 0, new() { Skip = 1 }, Token)));
        await Assert.ThrowsAsync<NotSupportedException>(() => Found(search.SearchAsync(vector, 1, new() { IncludeVectors = true }, Token)));
        await Assert.ThrowsAsync<NotSupportedException>(() => Found(search.SearchAsync(vector, 1, new() { VectorProperty = passage => passage.Text }, Token)));
        await Assert.ThrowsAsync<NotSupportedException>(() => Found(hybrid.HybridSearchAsync(vector, ["river"], 1, new() { AdditionalProperty = passage => passage.Title }, Token)));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Found(search.SearchAsync(vector, 1, cancellationToken: cancelled.Token)));
    }

    [Fact]
    public void ItSaysWhatItIs()
    {
        using TemporaryIndex temporary = Sample();
        IVectorSearchable<IndexedPassage> search = temporary.Index;
        Assert.Equal(temporary.Path, ((VectorStoreCollectionMetadata)search.GetService(typeof(VectorStoreCollectionMetadata))!).CollectionName);
        Assert.Same(temporary.Index, search.GetService(typeof(IKeywordHybridSearchable<IndexedPassage>)));
        Assert.Null(search.GetService(typeof(string)));
        Assert.Null(search.GetService(typeof(SearchIndex), "a key"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TemporaryIndex Sample()
    {
        var temporary = new TemporaryIndex();
        for (int i = 0; i < 8; i++)
        {
            temporary.Replace($"{i}.txt", [.. Enumerable.Range(0, 5).Select(j => $"{(j == 3 ? "river" : "meadow")} w{i} w{j}")]);
        }

        return temporary;
    }

    private static async Task<(IndexedPassage Passage, double Score)[]> Found(IAsyncEnumerable<VectorSearchResult<IndexedPassage>> results) =>
        await results.Select(result => (result.Record, result.Score!.Value)).ToArrayAsync(Token);

    private static bool Near((IndexedPassage Passage, double Score) one, (IndexedPassage Passage, double Score) other) =>
        one.Passage == other.Passage && Math.Abs(one.Score - other.Score) < 1e-5;
}
