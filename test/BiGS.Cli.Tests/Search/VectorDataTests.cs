using BiGS.Search;
using BiGS.Support;
using Microsoft.Extensions.VectorData;

namespace BiGS.Cli.Tests.Search;

/// <summary>By way of Microsoft.Extensions.VectorData a text is what a question is: the model of the index embeds it.</summary>
public class VectorDataTests
{
    [Fact]
    public async Task ATextFindsWhatAQuestionFinds()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var small = new SmallModel();
        string folder = Directory.CreateDirectory(small.File("documents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "the farmer near the trees sleeps .\n\nnobody knows why .\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "b.md"), "the trees sleep near the farmer .\n", cancellationToken);
        using SearchModel model = SearchModel.Open(small.Folder, OnTorch.Fp32);
        await SearchIndex.UpdateAsync(folder, model, new IndexOptions { PassageTokens = 12, Overlap = 0 }, cancellationToken: cancellationToken);
        using SearchIndex index = SearchIndex.Open(folder, model);

        IKeywordHybridSearchable<IndexedPassage> hybrid = index;
        IReadOnlyList<SearchHit> expected = await index.SearchAsync("the trees sleep", cancellationToken: cancellationToken);
        VectorSearchResult<IndexedPassage>[] found = await hybrid.HybridSearchAsync("the trees sleep", ["trees", "the", "sleep"], 10, cancellationToken: cancellationToken).ToArrayAsync(cancellationToken);
        Assert.Equal(expected.Select(hit => hit.Passage), found.Select(result => result.Record));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score!.Value, 1e-5));

        IVectorSearchable<IndexedPassage> vectors = index;
        VectorSearchResult<IndexedPassage> first = await vectors.SearchAsync(
            "nobody knows why .", 1, new() { Filter = passage => passage.File.EndsWith(".txt") }, cancellationToken).SingleAsync(cancellationToken);
        Assert.Equal(("a.txt", 3), (first.Record.File, first.Record.Line));
        Assert.Equal(1, first.Score!.Value, 1e-3);
    }
}
