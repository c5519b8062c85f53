using System.Diagnostics;

namespace BiGS.Search.Tests.Index;

/// <summary>Figures of an index of 100,000 passages, with made-up vectors and with words as frequent as those of a language (Zipf).</summary>
public class LargeIndexTests
{
    private const int Documents = 5_000;
    private const int PassagesEach = 20;
    private const int Dimensions = 384;
    private const int Questions = 101;

    [Fact]
    public void AHundredThousandPassages()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1", "Set BIGS_SLOW=1: this test writes an index of some 200 MB.");
        using var temporary = new TemporaryIndex(Dimensions);
        var random = new Random(3);
        Report("writing", Time(() =>
        {
            for (int i = 0; i < Documents; i++)
            {
                temporary.Replace($"{i}.txt", [.. Enumerable.Range(0, PassagesEach).Select(_ => Words(random, 90))]);
            }

            temporary.Writer.Optimize();
        }));
        TestContext.Current.TestOutputHelper!.WriteLine($"size {new FileInfo(temporary.Path).Length / 1e6:f1} MB");
        SearchIndex? index = null;
        TimeSpan opening = Time(() => index = SearchIndex.Open(temporary.Path));
        Report("opening", opening);
        Report("the first question", Time(() => index!.Search(Words(random, 9), temporary.Draw(), new SearchOptions { Mode = SearchMode.Hybrid })));
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            TimeSpan[] times = [.. Enumerable.Range(0, Questions).Select(_ => (Words(random, 9), temporary.Draw()))
                .Select(question => Time(() => Assert.NotEmpty(index!.Search(question.Item1, question.Item2, new SearchOptions { Mode = mode })))).Order()];
            Report($"{mode}, least, median and 90th percentile of {Questions}", times[0], times[Questions / 2], times[Questions * 9 / 10]);
        }

        Assert.Equal(Documents * PassagesEach, index!.Passages);
        index.Dispose();
    }

    /// <summary>Of 30,000 words the r-th is as frequent as 1/r.</summary>
    private static string Words(Random random, int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => $"w{(int)Math.Pow(30_000, random.NextDouble())}"));

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Report(string what, params TimeSpan[] times) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {string.Join(", ", times.Select(time => $"{time.TotalMilliseconds:n1} ms"))}");
}
