using System.Globalization;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Tests.Weights;

/// <summary>What the hub may answer, who sees the token, and what the user is told.</summary>
public sealed class HubResponseTests : IDisposable
{
    private readonly TestHub _hub = new();

    public HubResponseTests() => _hub.Repository("someone/model").Add("config.json", "{}").Add("vocab.txt", "the").Add("model.safetensors", new byte[100], large: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task TheTokenStaysWithTheEndpoint()
    {
        await Fetch(_hub.Options(token: "hf_secret"));
        Assert.All(_hub.Calls, call => Assert.Equal(call.Host == "hub" ? "Bearer hf_secret" : null, call.Authorization));
        Assert.Contains(_hub.Calls, call => call.Host == "store");
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("100000", 300)]
    [InlineData("Sun, 01 Mar 2026 00:00:42 GMT", 42)]
    [InlineData("Mon, 01 Mar 2027 00:00:00 GMT", 300)]
    [InlineData("Sat, 01 Mar 2025 00:00:00 GMT", 1)]
    [InlineData(null, 1)]
    public async Task TooManyRequestsWaitAsLongAsAsked(string? retryAfter, int seconds)
    {
        int asked = 0;
        _hub.Misbehave = _ => asked++ == 0 ? new Mischief { Status = 429, RetryAfter = retryAfter } : null;
        await Fetch(_hub.Options(clock: new StoppedClock()));
        Assert.Equal([TimeSpan.FromSeconds(seconds)], _hub.Waits);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task AServerInTroubleIsAskedAgainAndAgainForAWhile(int status)
    {
        var seen = new HashSet<HubCall>();
        _hub.Misbehave = call => seen.Add(call) ? new Mischief { Status = status } : null;
        await Fetch(_hub.Options());

        _hub.Waits.Clear();
        _hub.Misbehave = _ => new Mischief { Status = status };
        HubException gone = await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options("other")));
        Assert.Contains($"{status}", gone.Message);
        Assert.Contains("tried 5 times", gone.Message);
        Assert.Equal([1, 2, 4, 8], _hub.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public async Task NobodyThereIsSaid()
    {
        var nobody = new TestHub();
        HubOptions options = nobody.Options();
        Directory.CreateDirectory(options.CacheFolder);
        nobody.Dispose();
        HubException gone = await Assert.ThrowsAsync<HubException>(() => Fetch(options));
        Assert.Contains("cannot be reached", gone.Message);
        Assert.Contains("does not hold it whole", gone.Message);
    }

    [Theory]
    [InlineData(401, null, "set HF_TOKEN")]
    [InlineData(403, null, "set HF_TOKEN")]
    [InlineData(401, "hf_old", "the token in HF_TOKEN")]
    [InlineData(403, "hf_old", "accept the model's terms")]
    public async Task ClosedDoorsNameTheToken(int status, string? token, string remedy)
    {
        _hub.Misbehave = _ => new Mischief { Status = status };
        HubException refused = await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options(token: token)));
        Assert.Contains(remedy, refused.Message);
        Assert.Contains("someone/model", refused.Message);
        Assert.DoesNotContain("hf_old", refused.Message);
        Assert.Single(_hub.Calls);
    }

    [Fact]
    public async Task WhatIsNotThereIsNamed()
    {
        Assert.Contains("no repository no/such", (await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options(), "no/such"))).Message);
        Assert.Contains("no revision \"v9\"", (await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options(), "someone/model@v9"))).Message);
        _hub.Misbehave = call => call.IsList ? null : new Mischief { Status = 404, ErrorCode = "EntryNotFound" };
        Assert.Contains("no file config.json", (await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options()))).Message);
    }

    [Fact]
    public async Task ARefusalOfTheStoreIsNotBlamedOnTheToken()
    {
        _hub.Misbehave = call => call.Host == "store" ? new Mischief { Status = 403 } : null;
        HubException refused = await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options()));
        Assert.Contains(_hub.Store.Authority, refused.Message);
        Assert.DoesNotContain("HF_TOKEN", refused.Message);
        Assert.DoesNotContain("signature", refused.Message);
    }

    [Fact]
    public async Task RedirectsInACircleEnd()
    {
        _hub.Misbehave = _ => new Mischief { Status = 302, Location = "/round" };
        Assert.Contains("redirects", (await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options()))).Message);
        _hub.Misbehave = _ => new Mischief { Status = 302, Location = "file:///etc/passwd" };
        Assert.Contains("redirects to", (await Assert.ThrowsAsync<HubException>(() => Fetch(_hub.Options()))).Message);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    [InlineData("a\\\\evil")]
    [InlineData("a//evil")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("C:evil")]
    [InlineData("a\\u0000b")]
    public async Task NamesThatLeadElsewhereAreRefused(string name)
    {
        string list = $$"""{"sha": "{{new string('a', 40)}}", "siblings": [{"rfilename": "config.json"}, {"rfilename": "{{name}}"}]}""";
        _hub.Misbehave = _ => new Mischief { Body = System.Text.Encoding.UTF8.GetBytes(list) };
        Assert.Contains("Nothing of it is fetched", (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(_hub.Options()))).Message);
        Assert.Single(_hub.Calls);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_hub.Folder));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sha": "../../x", "siblings": []}""")]
    [InlineData("""{"sha": 3, "siblings": []}""")]
    [InlineData("""{"sha": "x", "siblings": [{}]}""")]
    public async Task AListThatIsNoneIsRefused(string list)
    {
        _hub.Misbehave = _ => new Mischief { Body = System.Text.Encoding.UTF8.GetBytes(list) };
        Assert.Contains("HF_ENDPOINT", (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(_hub.Options()))).Message);
    }

    [Fact]
    public async Task AListWithoutEndIsNotReadToItsEnd()
    {
        _hub.Misbehave = _ => new Mischief { Body = new byte[17 << 20] };
        Assert.Contains("longer than", (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(_hub.Options()))).Message);
    }

    [Fact]
    public async Task AFileThatCannotBeVerifiedIsRefused()
    {
        _hub.Misbehave = call => call.Path.EndsWith("config.json", StringComparison.Ordinal) ? new Mischief { Status = 200 } : null;
        Assert.Contains("cannot be verified", (await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(_hub.Options()))).Message);
    }

    private static async Task Fetch(HubOptions options, string model = "someone/model")
    {
        using var client = new HubClient(options);
        await client.DownloadAsync(HubName.Parse(model), cancellationToken: Cancel);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse("2026-03-01T00:00:00Z", CultureInfo.InvariantCulture);
    }
}
