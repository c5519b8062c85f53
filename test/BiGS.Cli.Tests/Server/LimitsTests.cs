using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using BiGS.Cli.Output;
using BiGS.Server;
using BiGS.Support;

namespace BiGS.Cli.Tests.Server;

/// <summary>What is wrong, too much, too slow or not allowed is refused with its status, and the server goes on.</summary>
public partial class LimitsTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/embed", """{"inputs": ["the", "farmer" """, 400, "not JSON")]
    [InlineData("/embed", "inputs=the", 400, "not JSON")]
    [InlineData("/embed", "", 400, "not JSON")]
    [InlineData("/embed", "null", 422, "null")]
    [InlineData("/embed", "[]", 422, "another kind")]
    [InlineData("/embed", "{}", 422, "'inputs'")]
    [InlineData("/embed", """{"inputs": 3.5}""", 422, "$.inputs")]
    [InlineData("/embed", """{"inputs": null}""", 422, "$.inputs: null, where this route takes a value")]
    [InlineData("/embed", """{"inputs": {"text": "the"}}""", 422, "$.inputs")]
    [InlineData("/embed", """{"inputs": ["the", null]}""", 422, "$.inputs")]
    [InlineData("/embed", """{"inputs": [["the"]]}""", 422, "$.inputs")]
    [InlineData("/embed", """{"inputs": [99999999999]}""", 422, "$.inputs")]
    [InlineData("/embed", """{"inputs": "the", "normalize": "yes"}""", 422, "$.normalize")]
    [InlineData("/embed", """{"inputs": "the", "truncation_direction": "Up"}""", 422, "$.truncation_direction")]
    [InlineData("/embed", """{"inputs": "the", "inputs": "a"}""", 422, "given more than once: 'inputs'")]
    [InlineData("/embed", """{"inputs": "the \ud800 farmer"}""", 422, "surrogate")]
    [InlineData("/embed", """{"inputs": ["\udc00"]}""", 422, "surrogate")]
    [InlineData("/embed", """{"inputs": "the", "prompt_name": "query"}""", 422, "prompt_name")]
    [InlineData("/embed", """{"inputs": ""}""", 422, "empty")]
    [InlineData("/embed", """{"inputs": []}""", 422, "empty")]
    [InlineData("/embed_all", """{"inputs": [[]]}""", 422, "empty")]
    [InlineData("/similarity", """{"inputs": {"source_sentence": "the", "sentences": []}}""", 422, "empty")]
    [InlineData("/similarity", """{"inputs": {"sentences": ["the"]}}""", 422, "'source_sentence'")]
    [InlineData("/fill-mask", """{"inputs": "the farmer"}""", 422, "[MASK]")]
    [InlineData("/fill-mask", """{"inputs": "the [MASK]", "top": 0}""", 422, "`top` is 0")]
    [InlineData("/tokenize", """{"inputs": [[1, 2]]}""", 422, "expected texts")]
    [InlineData("/decode", """{"ids": ["one"]}""", 422, "$.ids")]
    [InlineData("/nowhere", "{}", 404, "no such route")]
    [InlineData("/health", "{}", 405, "does not take POST; expected GET")]
    public async Task ABadRequestIsToldWhatIsWrong(string route, string body, int status, string part)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        (await server.Post(route, body)).Refused(status, "Validation", part);
        await server.Embed(["the farmer sleeps ."]);
    }

    [Theory]
    [InlineData("""{"inputs": ["text"]}""")]
    [InlineData("""{"inputs": ["a", "b", "c"]}""")]
    [InlineData("""{"inputs": [["a", "b", "c"]]}""")]
    [InlineData("""{"inputs": [["a"], "b"]}""")]
    [InlineData("""{"inputs": 1}""")]
    public async Task WhatAClassifierReadsIsATextOrAPair(string body)
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification");
        await using RunningServer server = await RunningServer.Start(model.Folder);
        Answered answered = await server.Post("/predict", body);
        if (body.Contains("text", StringComparison.Ordinal))
        {
            Assert.Equal(3, answered.Succeeded().GetArrayLength());
        }
        else
        {
            answered.Refused(422, "Validation", "$.inputs");
        }
    }

    [Fact]
    public async Task WhatIsNotSaidToBeJsonOrBytesThatAreNoTextAreRefused()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        (await server.Send(HttpMethod.Post, "/embed", new StringContent("""{"inputs": "the"}""", Encoding.UTF8, "text/plain"))).Refused(415, "Validation", "application/json");
        var broken = new ByteArrayContent([.. "{\"inputs\": \""u8, 0xc3, 0x28, .. "\"}"u8]);
        broken.Headers.ContentType = new("application/json");
        (await server.Send(HttpMethod.Post, "/embed", broken)).Refused(422, "Validation", "UTF-8");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.Get("/embed")).Status);
    }

    [Fact]
    public async Task TooManyAndTooLargeAreRefused()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        (await server.PostValue("/embed", new { inputs = Enumerable.Repeat("the", 33) })).Refused(413, "Validation", "batch size 33 > maximum allowed batch size 32");
        (await server.PostValue("/similarity", new { inputs = new { source_sentence = "the", sentences = Enumerable.Repeat("a", 33) } })).Refused(413, "Validation", "33");
        (await server.PostValue("/embed", new { inputs = Enumerable.Repeat("a", 1_000_000) })).Refused(413, "Validation", "large");
        (await server.PostValue("/embed", new { inputs = new string('a', 10_000_000) })).Refused(413, "Validation", "large");
        (await server.PostValue("/embed", new { inputs = new string('a', 1_900_000), truncate = true })).Succeeded();
        (await server.PostValue("/embed", new { inputs = string.Concat(Enumerable.Repeat("the ", 400_000)), truncate = false })).Refused(413, "Validation", "400002");

        await using RunningServer wide = await RunningServer.Start(model.Folder, options => (options.PayloadLimit, options.MaxClientBatchSize) = (20_000_000, 1_000));
        (await wide.PostValue("/embed", new { inputs = Enumerable.Repeat("a", 1_000_000) })).Refused(413, "Validation", "batch size 1000000");
        Assert.Equal(1_000, (await wide.Embed([.. Enumerable.Repeat("the farmer", 1_000)])).Length);
    }

    [Fact]
    public async Task OneRequestTooManyIsRefusedAndTheOthersAnswered()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.MaxConcurrentRequests = 2);
        HeldContent[] held = [new("""{"inputs": "the farmer"}"""), new("""{"inputs": "sleeps"}""")];
        Task<Answered>[] inside = [.. held.Select(content => server.Send(HttpMethod.Post, "/embed", content))];
        await Until(async () => (await server.Get("/metrics")).Text.Contains("te_requests_under_way 2\n", StringComparison.Ordinal));
        (await server.Post("/embed", """{"inputs": "the"}""")).Refused(429, "Overloaded", "2 requests");
        Assert.Equal("rate_limit_exceeded", (await server.Post("/v1/embeddings", """{"input": "the"}""")).Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await server.Get("/health")).Status);
        Array.ForEach(held, content => content.LetGo());
        Assert.All(await Task.WhenAll(inside), answered => answered.Succeeded());
        await server.Embed(["the"]);
        Assert.Contains("te_request_failure{err=\"overloaded\",path=\"/embed\",status=\"429\"} 1", (await server.Get("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoTakesTooLongIsNotWaitedFor()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.TimeLimit = TimeSpan.FromSeconds(1));
        var held = new HeldContent("""{"inputs": "the farmer"}""");
        Task<Answered> late = server.Send(HttpMethod.Post, "/embed", held);
        await held.Begun;
        await Until(async () => (await server.Get("/metrics")).Text.Contains("te_request_failure{err=\"overloaded\",path=\"/embed\",status=\"503\"}", StringComparison.Ordinal));
        held.LetGo();
        (await late).Refused(503, "Overloaded", "1 s");
        await Until(async () => (await server.Post("/embed", """{"inputs": "the"}""")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task WhoGoesInTheMiddleHarmsNobody()
    {
        using var model = new SmallModel();
        var log = new List<RequestRecord>();
        await using RunningServer server = await RunningServer.Start([model.Folder], log: new Listener(log));
        for (int i = 0; i < 20; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Now);
            string whole = "POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{\"inputs\": \"the farmer near the trees\"  }";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(whole[..(whole.Length * (i + 1) / 20)]), Now);
            socket.LingerState = new LingerOption(enable: i % 2 == 0, seconds: 0);
        }

        await server.Embed(["the"]);
        await Until(() => Task.FromResult(server.Models.Waiting == 0));
        lock (log)
        {
            Assert.DoesNotContain(log, record => record.Status == 500 || record.Statistics.Failure is not null);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer secre")]
    [InlineData("Bearer secret1")]
    [InlineData("Bearer Secret")]
    [InlineData("Basic secret")]
    [InlineData("secret")]
    public async Task OnlyTheKeyLetsIn(string? shown)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.ApiKey = "secret");
        static StringContent Body() => new("""{"inputs": "the"}""", Encoding.UTF8, "application/json");
        foreach (string route in (string[])["/embed", "/fill-mask", "/nowhere"])
        {
            (await server.Send(HttpMethod.Post, route, Body(), shown)).Refused(401, "Validation", "Authorization: Bearer KEY");
        }

        foreach (string route in (string[])["/page/models", "/page/kernels", "/info", "/metrics", "/openapi.json", "/health/"])
        {
            (await server.Send(HttpMethod.Get, route, null, shown)).Refused(401, "Validation");
        }

        Assert.Equal(HttpStatusCode.OK, (await server.Send(HttpMethod.Get, "/health", null, shown)).Status);
        (await server.Send(HttpMethod.Post, "/embed", Body(), "Bearer secret")).Succeeded();
    }

    [Fact]
    public async Task TheLogHasNumbersAndNotAWordOfTheTexts()
    {
        using var model = new SmallModel();
        using var errors = new StringWriter();
        using (var terminal = new BiGS.Cli.Output.Terminal(TextReader.Null, TextWriter.Null, errors))
        {
            await using RunningServer server = await RunningServer.Start([model.Folder], log: new BiGS.Cli.Output.RequestLog(terminal, fromStatus: 0));
            await server.Embed(["the confidential farmer", "sleeps"]);
            await server.Post("/fill-mask", """{"inputs": "confidential"}""");
            await server.Get("/confidential?text=confidential");
            await server.Post("/embed", """{"inputs": confidential}""");
            await Until(() => Task.FromResult(Lines().Length == 4));
        }

        string[] Lines() => errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain("confidential", errors.ToString(), StringComparison.Ordinal);
        Assert.Matches("^{\"time\":\"[^\"]+Z\",\"method\":\"POST\",\"path\":\"/embed\",\"status\":200,\"milliseconds\":[0-9.]+,\"texts\":2,\"tokens\":[0-9]+}$", Lines()[0]);
    }

    [Fact]
    public async Task MetricsAreWhatPrometheusReads()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        await server.Embed(["the farmer", "sleeps"]);
        string text = (await server.Get("/metrics")).Text;
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(MetricLine(), line));
        Assert.Contains("te_request_count{method=\"batch\",path=\"/embed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("te_embed_count 2\n", text, StringComparison.Ordinal);
        Assert.Contains("te_request_duration_bucket{path=\"/embed\",le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("te_batch_next_size_sum 2\n", text, StringComparison.Ordinal);
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        for (var since = Stopwatch.StartNew(); !await isSo();)
        {
            Assert.True(since.Elapsed < TimeSpan.FromMinutes(1), "what was waited for did not come");
            await Task.Delay(5, Now);
        }
    }

    [GeneratedRegex("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+({[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.eE+-]+)$")]
    private static partial Regex MetricLine();

    private sealed class Listener(List<RequestRecord> log) : IProgress<RequestRecord>
    {
        public void Report(RequestRecord value)
        {
            lock (log)
            {
                log.Add(value);
            }
        }
    }
}
