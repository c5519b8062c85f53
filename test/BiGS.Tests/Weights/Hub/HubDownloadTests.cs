using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Weights;

/// <summary>Files come whole or not at all, whatever happens on the way.</summary>
public sealed class HubDownloadTests : IDisposable
{
    private const int Places = 50;

    private readonly TestHub _hub = new();
    private readonly byte[] _weights = new byte[300_007];
    private readonly HubRepository _repository;

    public HubDownloadTests()
    {
        new Random(1).NextBytes(_weights);
        _repository = _hub.Repository("someone/model").Add("config.json", "{}").Add("vocab.txt", "[PAD]\nthe\n").Add("model.safetensors", _weights, large: true);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Etag => _repository.Files["model.safetensors"].Etag;

    public void Dispose() => _hub.Dispose();

    /// <summary>A model of sentence-transformers comes with what says how it pools; without it vectors would be the mean, silently.</summary>
    [Fact]
    public async Task WhatAModelPoolsByComesWithIt()
    {
        _repository.Add("modules.json", "[]").Add("config_sentence_transformers.json", "{}").Add("sentence_bert_config.json", "{}").Add("1_Pooling/config.json", "{}")
            .Add("2_Dense/config.json", "{}").Add("2_Dense/model.safetensors", new byte[9], large: true).Add("onnx/model.onnx", "no").Add("1_Pooling/other.txt", "no");
        using var client = new HubClient(_hub.Options());
        HubSnapshot snapshot = await client.DownloadAsync(HubName.Parse("someone/model"), cancellationToken: Cancel);
        Assert.Equal(
            ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "config.json", "config_sentence_transformers.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "vocab.txt"],
            Directory.EnumerateFiles(snapshot.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(snapshot.Folder, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AFileCutAnywhereEndsWhole()
    {
        var random = new Random(2);
        for (int i = 0; i < Places; i++)
        {
            int place = i == 0 ? -1 : random.Next(_weights.Length);
            int cuts = 0;
            bool resets = i % 2 == 1;
            _hub.Misbehave = call => call.Host == "store" && cuts++ == 0 ? new Mischief { CutAfter = place, Resets = resets } : null;
            Assert.Equal(_weights, await Fetch($"cache-{i}"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFileCutAgainAndAgainEndsWhole(bool ignoresRanges)
    {
        var random = new Random(3);
        int cuts = 0;
        int Further() => ignoresRanges ? Math.Min(_weights.Length - 1, cuts * _weights.Length / Places) : random.Next(1, 2 * _weights.Length / Places);
        _hub.Misbehave = call => call.Host != "store" ? null
            : cuts++ < Places ? new Mischief { CutAfter = Further(), IgnoresRange = ignoresRanges }
            : new Mischief { IgnoresRange = ignoresRanges };
        Assert.Equal(_weights, await Fetch());
        Assert.True(_hub.Calls.Count(call => call is { Host: "store", From: > 0 }) > Places / 2);
    }

    [Fact]
    public async Task SmallFilesAreCutToo()
    {
        int cuts = 0;
        _hub.Misbehave = call => call.IsContent && cuts++ < 4 ? new Mischief { CutAfter = 1 } : null;
        using var client = new HubClient(_hub.Options());
        HubSnapshot snapshot = await client.DownloadAsync(HubName.Parse("someone/model"), cancellationToken: Cancel);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(snapshot.Folder, "config.json")));
        Assert.Equal("[PAD]\nthe\n", File.ReadAllText(Path.Combine(snapshot.Folder, "vocab.txt")));
    }

    [Fact]
    public async Task AnEarlierProcessesPartIsGoneOnWith()
    {
        WritePartial(_weights[..1000]);
        Assert.Equal(_weights, await Fetch());
        Assert.Equal([1000], _hub.Calls.Where(call => call.Host == "store").Select(call => call.From));
    }

    [Fact]
    public async Task APartThatIsWholeAlreadyIsVerifiedAndNotFetched()
    {
        WritePartial(_weights);
        Assert.Equal(_weights, await Fetch());
        Assert.DoesNotContain(_hub.Calls, call => call.Host == "store");
    }

    [Fact]
    public async Task APartThatIsTooLongOrCannotBeGoneOnWithStartsAnew()
    {
        WritePartial([.. _weights, 1]);
        Assert.Equal(_weights, await Fetch());

        WritePartial(_weights[..10], "other");
        int asked = 0;
        _hub.Misbehave = call => call.Host == "store" && asked++ == 0 ? new Mischief { Status = 416 } : null;
        Assert.Equal(_weights, await Fetch("other"));
    }

    [Theory]
    [InlineData("config.json", "Git SHA-1")]
    [InlineData("model.safetensors", "SHA-256")]
    public async Task AFileThatWasChangedIsRefusedAndDeleted(string file, string hash)
    {
        HubContent content = _repository.Files[file];
        byte[] changed = [.. content.Bytes];
        changed[^1] ^= 1;
        _hub.Misbehave = call => Delivers(call, file) ? new Mischief { Body = changed } : null;
        Assert.Contains($"{hash} {content.Etag}", (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch())).Message);
        Assert.Empty(Blobs(content.Etag));

        _hub.Misbehave = call => Delivers(call, file) ? new Mischief { Body = [.. content.Bytes, 0, 1, 2] } : null;
        await Assert.ThrowsAsync<InvalidDataException>(() => Fetch());
        Assert.Empty(Blobs(content.Etag));

        _hub.Misbehave = _ => null;
        Assert.Equal(_weights, await Fetch());
    }

    [Fact]
    public async Task APartOfSomethingElseIsFoundOut()
    {
        WritePartial(new byte[5000]);
        await Assert.ThrowsAsync<InvalidDataException>(() => Fetch());
        Assert.Equal(_weights, await Fetch());
    }

    [Fact]
    public async Task WhatHasComeBeforeCancellationStays()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        _hub.Misbehave = call => call.Host == "store" ? new Mischief { CutAfter = 200_000, FallsSilent = true } : null;
        using var client = new HubClient(_hub.Options());
        var progress = new Listener(seen =>
        {
            if (seen is { File: "model.safetensors", Bytes: >= 200_000 })
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.DownloadAsync(HubName.Parse("someone/model"), progress, stop.Token));
        Assert.Equal(200_000, new FileInfo(Assert.Single(Blobs(Etag))).Length);

        _hub.Misbehave = _ => null;
        _hub.Forget();
        Assert.Equal(_weights, await Fetch());
        Assert.Equal(200_000, Assert.Single(_hub.Calls, call => call.Host == "store").From);
    }

    [Fact]
    public async Task ASilentHostIsLeftAndAskedAgain()
    {
        int asked = 0;
        _hub.Misbehave = call => call.Host == "store" && asked++ < 2 ? new Mischief { CutAfter = asked == 1 ? -1 : 10, FallsSilent = true } : null;
        using var client = new HubClient(_hub.Options(silence: TimeSpan.FromMilliseconds(400)));
        HubSnapshot snapshot = await client.DownloadAsync(HubName.Parse("someone/model"), cancellationToken: Cancel);
        Assert.Equal(_weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal(3, _hub.Calls.Count(call => call.Host == "store"));
    }

    [Fact]
    public async Task ManyAtOnceFetchEveryBlobOnce()
    {
        byte[][] all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Fetch(), Cancel)));
        Assert.All(all, bytes => Assert.Equal(_weights, bytes));
        Assert.Single(_hub.Calls, call => call.Host == "store");
        Assert.Equal(2, _hub.Calls.Count(call => call.IsContent && call.Path.StartsWith("/small/", StringComparison.Ordinal)));
    }

    private static bool Delivers(HubCall call, string file) =>
        call.IsContent && (call.Host == "store" ? file == "model.safetensors" : call.Path.StartsWith("/small/", StringComparison.Ordinal) && call.Path.EndsWith(file, StringComparison.Ordinal));

    private async Task<byte[]> Fetch(string cache = "cache")
    {
        using var client = new HubClient(_hub.Options(cache));
        HubSnapshot snapshot = await client.DownloadAsync(HubName.Parse("someone/model"), cancellationToken: Cancel);
        return File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors"));
    }

    private void WritePartial(byte[] bytes, string cache = "cache")
    {
        string blobs = Directory.CreateDirectory(Path.Combine(_hub.Folder, cache, "models--someone--model", "blobs")).FullName;
        File.WriteAllBytes(Path.Combine(blobs, Etag + ".incomplete"), bytes);
    }

    private string[] Blobs(string etag) => Directory.GetFiles(Path.Combine(_hub.Folder, "cache", "models--someone--model", "blobs"), etag + "*");

    private sealed class Listener(Action<HubProgress> listen) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => listen(value);
    }
}
