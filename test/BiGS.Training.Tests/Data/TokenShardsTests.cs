using System.Text.Json;
using BiGS.Support;
using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public sealed class TokenShardsTests : IDisposable
{
    private const string Key = "text and tokenizer";

    private readonly TemporaryFolder _temporary = new();

    private string Cache => Path.Combine(_temporary.Path, "cache");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(200)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(3_000_000)]
    public void WhatIsOnDiskIsWhatWasInMemory(int vocabularySize) =>
        Gen.Select(Gen.Int[0, vocabularySize - 1].Array[0, 40].Array[1, 30], Gen.Int[0, 1000]).Where(c => c.Item1.Any(d => d.Length > 0))
            .Sample((documents, cut) =>
            {
                using var folder = new TemporaryFolder();
                using var shards = Open(Path.Combine(folder.Path, "cache"), documents.Select(Text), vocabularySize);
                AssertHolds(documents, shards);
                // Any part of any document.
                var memory = new DocumentsInMemory(documents);
                int document = cut % documents.Length;
                int start = documents[document].Length * (cut % 7) / 7;
                int[] expected = new int[documents[document].Length - start];
                int[] part = new int[expected.Length];
                memory.Copy(document, start, expected);
                shards.Copy(document, start, part);
                Assert.Equal(expected, part);
            }, iter: 30);

    [Fact]
    public void ACacheIsOpenedWithoutReadingADocument()
    {
        Build([1, 2], [3]);
        using var again = Open(Cache, Unreadable());
        AssertHolds([[1, 2], [3]], again);
    }

    [Fact]
    public void AnotherKeyBuildsAnew()
    {
        Build([1, 2], [3]);
        using var other = Open(Cache, [Text([7])], key: "another tokenizer");
        AssertHolds([[7]], other);
    }

    [Fact]
    public void SeveralThatBuildTheSameCacheAtOnceAllGetIt()
    {
        int[][] documents = [.. Enumerable.Range(0, 300).Select(d => new[] { d % 200, (d + 1) % 200 })];
        TokenShards[] built = new TokenShards[6];
        Parallel.For(0, built.Length, i => built[i] = Open(Cache, documents.Select(Text), vocabularySize: 201));
        Assert.All(built, shards =>
        {
            AssertHolds(documents, shards);
            shards.Dispose();
        });
        Assert.Equal([Cache], Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-1)]
    public void AnIdThatTheVocabularyDoesNotHaveIsRefused(int id)
    {
        var error = Assert.Throws<InvalidDataException>(() => Open(Cache, [Text([3]), Text([4, id])], vocabularySize: 200));
        Assert.Contains($"document 1: the tokenizer made the id {id}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    public static TheoryData<string, Action<string>> Damages => new()
    {
        { "tokens cut", cache => Cut(Path.Combine(cache, "tokens-0.bin")) },
        { "tokens gone", cache => File.Delete(Path.Combine(cache, "tokens-0.bin")) },
        { "documents cut", cache => Cut(Path.Combine(cache, "documents.bin")) },
        { "documents gone", cache => File.Delete(Path.Combine(cache, "documents.bin")) },
        { "manifest cut", cache => Cut(Path.Combine(cache, "manifest.json")) },
        { "manifest gone", cache => File.Delete(Path.Combine(cache, "manifest.json")) },
        { "manifest empty", cache => File.WriteAllText(Path.Combine(cache, "manifest.json"), "") },
        { "manifest full of zeros", cache => File.WriteAllBytes(Path.Combine(cache, "manifest.json"), new byte[90]) },
        { "manifest of another kind", cache => File.WriteAllText(Path.Combine(cache, "manifest.json"), "[1, 2]") },
        { "manifest null", cache => File.WriteAllText(Path.Combine(cache, "manifest.json"), "null") },
        { "manifest with the key alone", cache => File.WriteAllText(Path.Combine(cache, "manifest.json"), $$"""{"Key": "{{Key}}"}""") },
    };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void ADamagedCacheIsBuiltAnew(string damage, Action<string> spoil)
    {
        Build([1, 2], [3]);
        spoil(Cache);
        using var again = Open(Cache, [Text([4, 5, 6])]);
        AssertHolds([[4, 5, 6]], again);
        Assert.True(Directory.GetFileSystemEntries(_temporary.Path).Length == 1, $"{damage}: something was left beside the cache");
    }

    /// <summary>A folder whose ids lie in several files, as the docstring of the class describes it, written by hand.</summary>
    [Fact]
    public void DocumentsAreFoundInTheirShard()
    {
        int[][] documents = [[1, 2, 3], [], [4], [5, 6], [], [7, 8]];
        Directory.CreateDirectory(Cache);
        Write("tokens-0.bin", documents[..3]);
        Write("tokens-1.bin", documents[3..4]);
        Write("tokens-2.bin", documents[4..]);
        File.WriteAllBytes(Path.Combine(Cache, "documents.bin"), [.. new long[] { 0, 3, 3, 4, 6, 6, 8 }.SelectMany(BitConverter.GetBytes)]);
        Shard[] files = [new("tokens-0.bin", 0, 8), new("tokens-1.bin", 3, 4), new("tokens-2.bin", 4, 4)];
        new ShardManifest(ShardManifest.CurrentFormat, Key, 2, documents.Length, 8, files, null, 0, []).Write(Cache);
        using var shards = Open(Cache, Unreadable());
        AssertHolds(documents, shards);

        void Write(string name, int[][] part) =>
            File.WriteAllBytes(Path.Combine(Cache, name), [.. part.SelectMany(d => d).SelectMany(id => BitConverter.GetBytes((ushort)id))]);
    }

    /// <summary>More tokens than one shard takes; 300 MB of disk.</summary>
    [Fact]
    public void ManyTokensMakeSeveralShards()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1", "Set BIGS_SLOW=1: this test writes 300 MB.");
        static void Million(ReadOnlySpan<char> text, List<int> ids)
        {
            int document = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            ids.AddRange(Enumerable.Range(0, 1_000_000).Select(i => (document + i) % 60_000));
        }

        using var shards = Open(Cache, Enumerable.Range(0, 140).Select(document => $"{document}"), 60_000, Million);
        Assert.Equal(140_000_000, shards.Tokens);
        Assert.Equal(2, Directory.GetFiles(Cache, "tokens-*.bin").Length);
        int[] two = new int[2];
        foreach (int document in (int[])[0, 133, 134, 135, 139])
        {
            shards.Copy(document, 999_998, two);
            Assert.Equal([(document + 999_998) % 60_000, (document + 999_999) % 60_000], two);
        }
    }

    /// <summary>Whoever reads stops where the encoders are behind: what waits has its bounds.</summary>
    [Fact]
    public void ReadingNeverRunsFarAheadOfEncoding()
    {
        (int read, int encoded, int ahead) = (0, 0, 0);
        IEnumerable<string> Groups()
        {
            for (int group = 0; group < 100; group++)
            {
                ahead = Math.Max(ahead, Interlocked.Increment(ref read) - Volatile.Read(ref encoded));
                yield return new string('x', 1 << 20);
            }
        }

        void Slowly(ReadOnlySpan<char> text, List<int> ids)
        {
            Thread.Sleep(1);
            ids.Add(1);
            Interlocked.Increment(ref encoded);
        }

        using var shards = Open(Cache, Groups(), encode: Slowly);
        Assert.Equal(100, shards.Count);
        Assert.InRange(ahead, 1, (3 * Environment.ProcessorCount) + 2);
    }

    [Fact]
    public void ACorpusWithoutATokenIsRefusedAndLeavesNothing()
    {
        Assert.Contains("0 documents", Assert.Throws<InvalidDataException>(() => Open(Cache, [])).Message);
        Assert.Contains("2 documents and not one token", Assert.Throws<InvalidDataException>(() => Open(Cache, ["", ""])).Message);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Fact]
    public void ACancelledBuildLeavesNothing()
    {
        using var whileReading = new CancellationTokenSource();
        IEnumerable<string> Documents()
        {
            yield return Text([1, 2]);
            whileReading.Cancel();
            yield return Text([3]);
        }

        Assert.ThrowsAny<OperationCanceledException>(() => Open(Cache, Documents(), cancellationToken: whileReading.Token));
        using var whileEncoding = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Open(
            Cache, Enumerable.Repeat(Text([1, 2]), 1000), encode: (_, _) => whileEncoding.Cancel(), cancellationToken: whileEncoding.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Fact]
    public void AFailingDocumentComesThroughAsItselfAndLeavesNothing()
    {
        static void Fails(ReadOnlySpan<char> text, List<int> ids) => throw new InvalidDataException("document 1 is damaged");
        Assert.Equal(
            "document 1 is damaged", Assert.Throws<InvalidDataException>(() => Open(Cache, [Text([1])], encode: Fails)).Message);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    /// <summary>In a container every run has the same process id.</summary>
    [Fact]
    public void TheRestOfAKilledBuildIsNotInTheWay()
    {
        string rest = $"{Cache}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(rest);
        File.WriteAllText(Path.Combine(rest, "tokens-0.bin"), "half");
        File.WriteAllText(Path.Combine(rest, "tokens-1.bin"), "half");
        Build([1, 2], [3]);
        Assert.Equal(["documents.bin", "manifest.json", "tokens-0.bin"], Directory.GetFiles(Cache).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ProgressEndsAtTheWhole()
    {
        var told = new List<TokenizingProgress>();
        using var shards = Open(Cache, [Text([1, 2]), "", Text([3])], progress: new Immediately(told));
        Assert.Equal(new TokenizingProgress(3, 3), told[^1]);
    }

    private void Build(params int[][] documents)
    {
        using var shards = Open(Cache, documents.Select(Text));
        AssertHolds(documents, shards);
    }

    private static TokenShards Open(
        string folder, IEnumerable<string> documents, int vocabularySize = 100, TokenEncoder? encode = null, string key = Key,
        IProgress<TokenizingProgress>? progress = null, CancellationToken? cancellationToken = null) =>
        TokenShards.OpenOrBuild(
            folder, key, documents, encode ?? Encode, vocabularySize, progress, cancellationToken ?? TestContext.Current.CancellationToken);

    private static void AssertHolds(int[][] documents, TokenShards shards)
    {
        Assert.Equal((documents.Length, documents.Sum(d => (long)d.Length)), (shards.Count, shards.Tokens));
        Assert.Equal(documents, Enumerable.Range(0, documents.Length).Select(d =>
        {
            int[] ids = new int[shards.TokensBefore(d + 1) - shards.TokensBefore(d)];
            shards.Copy(d, 0, ids);
            return ids;
        }));
    }

    private static string Text(int[] ids) => JsonSerializer.Serialize(ids);

    private static void Encode(ReadOnlySpan<char> text, List<int> ids) => ids.AddRange(text.IsEmpty ? [] : JsonSerializer.Deserialize<int[]>(text)!);

    private static void Cut(string path) => File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

    private static IEnumerable<string> Unreadable()
    {
        Assert.Fail("a document was read though the cache stands");
        yield break;
    }

    private sealed class Immediately(List<TokenizingProgress> told) : IProgress<TokenizingProgress>
    {
        public void Report(TokenizingProgress value) => told.Add(value);
    }
}
