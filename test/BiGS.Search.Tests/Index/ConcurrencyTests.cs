using System.Collections.Concurrent;
using System.Diagnostics;

namespace BiGS.Search.Tests.Index;

public class ConcurrencyTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 120 : 3);

    /// <summary>Every document's passages carry the number of its version: what a question finds is of one moment, and never part of a document.</summary>
    [Fact]
    public async Task ReadersSeeWholeDocumentsBesideAWriter()
    {
        using var temporary = new TemporaryIndex();
        Write(temporary, 0);
        var since = Stopwatch.StartNew();
        using var second = SearchIndex.Open(temporary.Path);
        var answers = new ConcurrentBag<int>();
        Task[] readers = [.. new[] { temporary.Index, second }.Select(index => Task.Run(() =>
        {
            int count = 0;
            for (; since.Elapsed < Time; count++)
            {
                CheckOneMoment(index, count % 2 == 0 ? SearchMode.Keyword : SearchMode.Vector);
            }

            answers.Add(count);
        }))];
        int version = 1;
        for (; since.Elapsed < Time; version++)
        {
            Write(temporary, version);
        }

        await Task.WhenAll(readers);
        Assert.All(answers, count => Assert.InRange(count, 10, int.MaxValue));
        TestContext.Current.TestOutputHelper?.WriteLine($"{version:N0} versions written, {string.Join(" and ", answers.Select(count => $"{count:N0}"))} questions answered");
    }

    [Fact]
    public async Task SeveralThreadsShareAnIndex()
    {
        using var temporary = new TemporaryIndex();
        Write(temporary, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                CheckOneMoment(temporary.Index, i % 2 == 0 ? SearchMode.Keyword : SearchMode.Vector);
            }
        })));
    }

    private static void Write(TemporaryIndex temporary, int version) =>
        temporary.Replace($"{version % 5}", [.. Enumerable.Range(0, 8).Select(i => $"document{version % 5} version{version} passage{i}")]);

    private static void CheckOneMoment(SearchIndex index, SearchMode mode)
    {
        IReadOnlyList<SearchHit> found = index.Search("document0 document1 document2 document3 document4", new float[12], new SearchOptions { Mode = mode, Top = 1_000 });
        foreach (IGrouping<string, SearchHit> document in found.GroupBy(hit => hit.Passage.File))
        {
            Assert.Equal(8, document.Count());
            Assert.Single(document.Select(hit => hit.Passage.Text.Split(' ')[1]).Distinct());
        }
    }
}
