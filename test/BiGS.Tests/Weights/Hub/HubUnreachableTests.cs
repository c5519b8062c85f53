using System.Diagnostics;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Weights;

/// <summary>While the hub cannot be reached, a model that the cache holds whole is used at once, with a warning; half of one is not.</summary>
public sealed class HubUnreachableTests : IDisposable
{
    private const string Model = "someone/model";

    private readonly TestHub _hub = new();
    private readonly List<string> _warnings = [];

    public HubUnreachableTests() => _hub.Repository(Model)
        .Add("config.json", "{}").Add("vocab.txt", "the").Add("model.safetensors", new byte[100], large: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _hub.Dispose();

    public static TheoryData<string> Failures => ["500", "502", "503", "504", "429", "408", "cut", "reset", "silent"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task WhatTheCacheHoldsWholeIsUsedAtOnce(string failure)
    {
        HubSnapshot fetched = await Fetch(Model);
        Assert.Empty(_warnings);
        int waitsBefore = _hub.Waits.Count; // a machine under load may time out while all is well
        Fail(failure);
        var clock = Stopwatch.StartNew();
        Assert.Equal(fetched, await Fetch(Model));
        Assert.Equal(fetched.Folder, await Tokenizer(Model));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Equal(waitsBefore, _hub.Waits.Count);
        Assert.Equal(2, _warnings.Count);
        Assert.All(_warnings, warning => Assert.Contains($"{Model} is used as it was fetched before, from the cache", warning));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("https://127.0.0.1:9")]
    [InlineData("http://no-such-host.invalid")]
    public async Task NobodyNeedBeThere(string endpoint)
    {
        HubSnapshot fetched = await Fetch(Model);
        HubSnapshot again = await Fetch(Model, Elsewhere(endpoint));
        Assert.Equal(fetched, again);
        Assert.Contains(new Uri(endpoint).Host, Assert.Single(_warnings));
    }

    [Fact]
    public async Task WithoutACopyNobodyThereIsTriedOnceMore()
    {
        HubException gone = await Assert.ThrowsAsync<HubException>(() => Fetch(Model, Elsewhere("http://127.0.0.1:9")));
        Assert.Contains("Connection refused", gone.Message);
        Assert.Contains("tried 2 times", gone.Message);
        Assert.Contains("does not hold it whole", gone.Message);
        Assert.Equal([1], _hub.Waits.Select(wait => wait.TotalSeconds));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task ALongerAnswerIsWaitedForWhereTheCacheHasNothing()
    {
        int asked = 0;
        _hub.Misbehave = _ => asked++ < 3 ? new Mischief { Status = 503 } : null;
        await Fetch(Model);
        Assert.Equal([1, 2, 4], _hub.Waits.Select(wait => wait.TotalSeconds));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("model-1.safetensors")]
    [InlineData("model-2.safetensors")]
    public async Task HalfACopyIsNoModel(string lacking)
    {
        const string Large = "someone/large";
        _hub.Repository(Large).Add("config.json", "{}").Add("vocab.txt", "the")
            .Add("model-1.safetensors", new byte[20], large: true).Add("model-2.safetensors", new byte[21], large: true)
            .Add("model.safetensors.index.json", """{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}""");
        HubSnapshot fetched = await Fetch(Large);
        File.Delete(Path.Combine(fetched.Folder, lacking));
        HubException gone = await Assert.ThrowsAsync<HubException>(() => Fetch(Large, Elsewhere("http://127.0.0.1:9")));
        Assert.Contains("does not hold it whole", gone.Message);
        Assert.Empty(_warnings);

        Assert.Equal(fetched, await Fetch(Large)); // what was missing is fetched again
    }

    [Fact]
    public async Task AModelThatLostItsTokenizerDoesNotGetAnothers()
    {
        _hub.Repository("google-bert/bert-large-uncased").Add("vocab.txt", "another");
        _hub.Repository("someone/cased").Add("config.json", """{"model_type": "bert"}""").Add("vocab.txt", "The").Add("model.safetensors", new byte[10], large: true);
        HubSnapshot fetched = await Fetch("someone/cased");
        await Tokenizer("google-bert/bert-large-uncased");
        File.Delete(Path.Combine(fetched.Folder, "vocab.txt"));
        Assert.Contains("does not hold it whole", (await Assert.ThrowsAsync<HubException>(() => Fetch("someone/cased", Elsewhere("http://127.0.0.1:9")))).Message);
        HubException offline = await Assert.ThrowsAsync<HubException>(() => Fetch("someone/cased", _hub.Options(offline: true)));
        Assert.Contains("the cache lacks vocab.txt or tokenizer.json", offline.Message);
    }

    [Fact]
    public async Task TheAuthorsModelsHaveTheirTokenizerFromTheCacheToo()
    {
        _hub.Repository("google-bert/bert-large-uncased").Add("vocab.txt", "the");
        _hub.Repository("someone/bare").Add("config.json", """{"model_type": "BiGS"}""").Add("model.safetensors", new byte[10], large: true);
        HubSnapshot fetched = await Fetch("someone/bare");
        Fail("503");
        Assert.Equal(fetched, await Fetch("someone/bare"));
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task ANewerCommitThatDoesNotComeLeavesTheOlderOne()
    {
        HubSnapshot fetched = await Fetch(Model);
        HubRepository moved = _hub.Repository(Model, commit: new string('a', 40));
        moved.Add("config.json", "{}").Add("vocab.txt", "the").Add("model.safetensors", new byte[101], large: true);
        _hub.Misbehave = call => call.Host == "store" ? new Mischief { Status = 503 } : null;
        Assert.Equal(fetched, await Fetch(Model));
        Assert.Contains("503", Assert.Single(_warnings));

        _hub.Misbehave = _ => null;
        Assert.Equal(moved.Commit, (await Fetch(Model)).Commit);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task ARefusalIsAnAnswer(int status)
    {
        await Fetch(Model);
        _hub.Misbehave = _ => new Mischief { Status = status };
        Assert.Contains($"{status}", (await Assert.ThrowsAsync<HubException>(() => Fetch(Model))).Message);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task AnotherRevisionIsNotTakenForTheOneAsked()
    {
        await Fetch(Model);
        Fail("503");
        Assert.Contains("@v1", (await Assert.ThrowsAsync<HubException>(() => Fetch($"{Model}@v1"))).Message);
    }

    private void Fail(string how) => _hub.Misbehave = _ => how switch
    {
        "cut" => new Mischief { CutAfter = -1 },
        "reset" => new Mischief { CutAfter = -1, Resets = true },
        "silent" => new Mischief { CutAfter = -1, FallsSilent = true },
        _ => new Mischief { Status = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture), RetryAfter = "100" },
    };

    private HubOptions Elsewhere(string endpoint) => new()
    {
        Endpoint = new Uri(endpoint),
        CacheFolder = _hub.Options().CacheFolder,
        Delay = _hub.Options().Delay,
    };

    private async Task<HubSnapshot> Fetch(string model, HubOptions? options = null)
    {
        using var client = new HubClient(options ?? Briefly(), _warnings.Add);
        return await client.DownloadAsync(HubName.Parse(model), cancellationToken: Cancel);
    }

    private async Task<string> Tokenizer(string model)
    {
        using var client = new HubClient(Briefly(), _warnings.Add);
        return await client.DownloadTokenizerAsync(HubName.Parse(model), cancellationToken: Cancel);
    }

    /// <summary>A silent hub is left after half a second.</summary>
    private HubOptions Briefly() => _hub.Options(silence: TimeSpan.FromSeconds(0.5));
}
