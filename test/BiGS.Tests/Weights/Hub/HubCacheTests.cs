using System.Text;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Weights;

/// <summary>The cache is laid out as Python's tools lay it out, and what is in it is not fetched again.</summary>
public sealed class HubCacheTests : IDisposable
{
    private readonly TestHub _hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => Path.Combine(_hub.Folder, "cache");

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task TheLayoutIsPythons()
    {
        HubRepository repository = Model("someone/model");
        HubSnapshot snapshot = await Fetch("someone/model");
        string folder = Path.Combine(Root, "models--someone--model");
        Assert.Equal(repository.Commit, File.ReadAllText(Path.Combine(folder, "refs", "main")));
        Assert.Equal(Path.Combine(folder, "snapshots", repository.Commit), snapshot.Folder);
        Assert.Equal(snapshot.Folder, snapshot.TokenizerFolder);
        Assert.Equal(repository.Commit, snapshot.Commit);
        Assert.Equal(["config.json", "model.safetensors", "vocab.txt"], Names(snapshot.Folder));
        foreach (string name in Names(snapshot.Folder))
        {
            HubContent content = repository.Files[name];
            Assert.Equal($"../../blobs/{content.Etag}", new FileInfo(Path.Combine(snapshot.Folder, name)).LinkTarget);
            Assert.Equal(content.Bytes, File.ReadAllBytes(Path.Combine(folder, "blobs", content.Etag)));
        }

        Assert.Equal(3, Directory.GetFiles(Path.Combine(folder, "blobs")).Length);
        Assert.Equal(["blobs", "refs", "snapshots"], Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order());
    }

    [Fact]
    public async Task ASecondCallAsksForNoContent()
    {
        Model("someone/model");
        await Fetch("someone/model");
        _hub.Forget();
        await Fetch("someone/model");
        Assert.True(Assert.Single(_hub.Calls).IsList);
    }

    [Theory]
    [InlineData("v1", "v1")]
    [InlineData("refs/pr/1", "refs/pr/1")]
    public async Task EveryRevisionHasARef(string revision, string file)
    {
        HubRepository repository = Model("someone/model");
        await Fetch($"someone/model@{revision}");
        Assert.Equal(repository.Commit, File.ReadAllText(Path.Combine(Root, "models--someone--model", "refs", file)));
        _hub.Forget();
        await Fetch($"someone/model@{repository.Commit}");
        Assert.DoesNotContain(_hub.Calls, call => !call.IsList);
        Assert.False(File.Exists(Path.Combine(Root, "models--someone--model", "refs", repository.Commit)));
    }

    [Fact]
    public async Task WhatPythonFetchedIsFound()
    {
        HubRepository repository = Model("someone/model");
        string folder = Path.Combine(Root, "models--someone--model");
        string snapshot = Directory.CreateDirectory(Path.Combine(folder, "snapshots", repository.Commit)).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "blobs"));
        Directory.CreateDirectory(Path.Combine(folder, "refs"));
        File.WriteAllText(Path.Combine(folder, "refs", "main"), repository.Commit);
        foreach ((string name, HubContent content) in repository.Files)
        {
            File.WriteAllBytes(Path.Combine(folder, "blobs", content.Etag), content.Bytes);
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{content.Etag}");
        }

        Assert.Equal(snapshot, (await Fetch("someone/model")).Folder);
        Assert.True(Assert.Single(_hub.Calls).IsList);
        _hub.Forget();
        Assert.Equal(snapshot, (await Fetch("someone/model", offline: true)).Folder);
        Assert.Equal(snapshot, (await Fetch($"someone/model@{repository.Commit}", offline: true)).Folder);
        Assert.Empty(_hub.Calls);
    }

    [Fact]
    public async Task ABlobThatWasClearedAwayComesAgain()
    {
        HubRepository repository = Model("someone/model");
        HubSnapshot snapshot = await Fetch("someone/model");
        HubContent weights = repository.Files["model.safetensors"];
        File.Delete(Path.Combine(Root, "models--someone--model", "blobs", weights.Etag));
        HubException missing = await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model", offline: true));
        Assert.Contains("model.safetensors", missing.Message);
        Assert.Contains("HF_HUB_OFFLINE", missing.Message);
        await Fetch("someone/model");
        Assert.Equal(weights.Bytes, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task OfflineWhatIsMissingIsSaid()
    {
        Model("someone/model");
        HubException missing = await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model", offline: true));
        Assert.Contains("someone/model: not in the cache", missing.Message);
        Assert.Contains("HF_HUB_OFFLINE", missing.Message);
        await Fetch("someone/model");
        Assert.Contains("@v1", (await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model@v1", offline: true))).Message);
    }

    [Fact]
    public async Task TheFirstKindOfWeightsIsFetched()
    {
        HubRepository repository = Model("someone/model").Add("pytorch_model.bin", new byte[10], large: true).Add("flax_model.msgpack", new byte[11], large: true)
            .Add("README.md", "no part of it").Add("tokenizer_config.json", "{}");
        Assert.Equal(["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"], Names((await Fetch("someone/model")).Folder));
        foreach (string next in (string[])["pytorch_model.bin", "flax_model.msgpack"])
        {
            repository.Files.Remove(next == "pytorch_model.bin" ? "model.safetensors" : "pytorch_model.bin");
            Directory.Delete(Root, recursive: true);
            Assert.Equal(["config.json", next, "tokenizer_config.json", "vocab.txt"], Names((await Fetch("someone/model")).Folder));
        }

        repository.Files.Remove("flax_model.msgpack");
        Assert.Contains("flax_model.msgpack", (await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model"))).Message);
        repository.Files.Remove("config.json");
        Assert.Contains("lacks config.json", (await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model"))).Message);
    }

    [Fact]
    public async Task ShardsComeWithTheirIndex()
    {
        HubRepository repository = Model("someone/model").Add("parts/model-2.safetensors", new byte[20], large: true).Add("model-1.safetensors", new byte[21], large: true);
        repository.Files.Remove("model.safetensors");
        repository.Add("model.safetensors.index.json", """{"weight_map": {"a": "model-1.safetensors", "b": "parts/model-2.safetensors", "c": "model-1.safetensors"}}""");
        string folder = (await Fetch("someone/model")).Folder;
        Assert.Equal(20, File.ReadAllBytes(Path.Combine(folder, "parts", "model-2.safetensors")).Length);
        Assert.StartsWith("../../../blobs/", new FileInfo(Path.Combine(folder, "parts", "model-2.safetensors")).LinkTarget);
        Assert.Equal(21, File.ReadAllBytes(Path.Combine(folder, "model-1.safetensors")).Length);
        Assert.Equal(folder, (await Fetch("someone/model", offline: true)).Folder);
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../../../evil"}}""", "Nothing of it is fetched")]
    [InlineData("""{"weight_map": {"a": "model-9.safetensors"}}""", "model-9.safetensors")]
    [InlineData("""{"weights": {}}""", "does not read")]
    public async Task AnIndexThatLeadsElsewhereIsRefused(string index, string said)
    {
        HubRepository repository = Model("someone/model");
        repository.Files.Remove("model.safetensors");
        repository.Add("model.safetensors.index.json", index);
        Assert.Contains(said, (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch("someone/model"))).Message);
    }

    [Theory]
    [InlineData("google-bert/bert-large-uncased", "models--google-bert--bert-large-uncased")]
    [InlineData("bert-large-uncased", "models--bert-large-uncased")]
    public async Task AModelWithoutATokenizerHasTheAuthors(string there, string folder)
    {
        Model("someone/model").Files.Remove("vocab.txt");
        Model(there);
        HubSnapshot snapshot = await Fetch("someone/model");
        Assert.StartsWith(Path.Combine(Root, folder, "snapshots"), snapshot.TokenizerFolder);
        Assert.Equal(["vocab.txt"], Names(snapshot.TokenizerFolder));
        Assert.Equal(snapshot, await Fetch("someone/model", offline: true));
    }

    [Fact]
    public async Task WithoutAnyTokenizerTheModelIsNamed()
    {
        Model("someone/model").Files.Remove("vocab.txt");
        string said = (await Assert.ThrowsAsync<HubException>(() => Fetch("someone/model"))).Message;
        Assert.Contains("someone/model", said);
        Assert.Contains("google-bert/bert-large-uncased", said);
    }

    [Fact]
    public async Task ATokenizerComesWithoutTheWeights()
    {
        Model("someone/model").Add("tokenizer.json", "{}");
        using var client = new HubClient(_hub.Options());
        Assert.Equal(["tokenizer.json", "vocab.txt"], Names(await client.DownloadTokenizerAsync(HubName.Parse("someone/model"), cancellationToken: Cancel)));
        Model("someone/bare").Files.Remove("vocab.txt");
        Assert.Contains("no tokenizer", (await Assert.ThrowsAsync<HubException>(() => client.DownloadTokenizerAsync(HubName.Parse("someone/bare"), cancellationToken: Cancel))).Message);
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private HubRepository Model(string name) => _hub.Repository(name)
        .Add("config.json", "{}").Add("vocab.txt", $"the\n{name}").Add("model.safetensors", Encoding.UTF8.GetBytes($"weights of {name}"), large: true);

    private async Task<HubSnapshot> Fetch(string model, bool offline = false)
    {
        using var client = new HubClient(_hub.Options(offline: offline));
        return await client.DownloadAsync(HubName.Parse(model), cancellationToken: Cancel);
    }
}
