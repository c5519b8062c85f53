using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Server.Tests;

/// <summary>What one request may ask for is bounded before anything is computed, and the error names the limit.</summary>
public class RequestLimitsTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>3.6 kB that ask for 1,000 candidates at each of 1,600 masks: 480 MB, once.</summary>
    [Fact]
    public async Task ASmallRequestForALargeAnswerIsRefusedAtOnce()
    {
        await using RunningServer server = await RunningServer.Start(ShippedModel.Folder);
        string text = string.Concat(Enumerable.Repeat("[MASK]", 100));
        string body = JsonSerializer.Serialize(new { inputs = Enumerable.Repeat(text, 16), top = 1_000, return_text = true });
        TimeSpan quickest = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            (await server.Post("/fill-mask", body)).Refused(413, "Validation", "32000000 are allowed", "`max_response_bytes`");
            quickest = new TimeSpan(Math.Min(quickest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
        }

        Assert.InRange(quickest.TotalMilliseconds, 0, 50);
        Assert.Equal(0, server.Models.Waiting);
        Assert.Equal(100, (await server.PostValue("/fill-mask", new { inputs = text, top = 5 })).Succeeded()[0].GetProperty("masks").GetArrayLength());
    }

    [Theory]
    [InlineData("/fill-mask", """{"inputs": ["the [MASK] [MASK]", "[MASK]"], "top": 40}""")]
    [InlineData("/pipeline/fill-mask", """{"inputs": "the [MASK] [MASK] [MASK]", "parameters": {"top_k": 40}}""")]
    [InlineData("/embed_all", """{"inputs": ["the farmer sleeps near the trees", "the farmer sleeps near the trees", "the farmer sleeps near the trees and nobody knows why ."]}""")]
    [InlineData("/tokenize", """{"inputs": "the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the the"}""")]
    public async Task AnswersAreBoundedByTheirBytes(string route, string body)
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.MaxResponseBytes = 5_000);
        (await server.Post(route, body)).Refused(413, "Validation", "5000 are allowed", "`max_response_bytes`");
        await using RunningServer wide = await RunningServer.Start(model.Folder, options => options.MaxResponseBytes = 50_000);
        (await wide.Post(route, body)).Succeeded();
    }

    [Fact]
    public async Task RequestsAreBoundedByTheirTokens()
    {
        using var fills = new SmallModel();
        using var answers = new SmallModel(head: "BiGSForQuestionAnswering");
        await using RunningServer server = await RunningServer.Start([fills.Folder, answers.Folder], options => options.MaxRequestTokens = 100);
        await server.Embed([.. Enumerable.Repeat("the farmer", 20)]);
        (await server.PostValue("/embed", new { inputs = Enumerable.Repeat("the farmer sleeps .", 20) })).Refused(413, "Validation", "costs 120 tokens", "100 are allowed", "`max_request_tokens`");
        (await server.PostValue("/fill-mask", new { inputs = "[MASK]" })).Succeeded();
        (await server.PostValue("/fill-mask", new { inputs = "[MASK] [MASK] [MASK]" })).Refused(413, "Validation", "100 are allowed", "`max_request_tokens`");
        string context = string.Join(' ', Enumerable.Repeat("the farmer sleeps", 40));
        (await server.PostValue("/answer", new { inputs = new { question = "why", context } })).Refused(413, "Validation", "100 are allowed", "`max_request_tokens`");
        (await server.PostValue("/answer", new { inputs = new { question = "why", context = "the farmer sleeps" } })).Succeeded();
    }

    [Fact]
    public async Task ACompressedBodyIsUnpackedOrRefused()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder);
        string expected = (await server.PostValue("/embed", new { inputs = "the farmer" })).Succeeded().GetRawText();
        byte[] json = Encoding.UTF8.GetBytes("""{"inputs": "the farmer"}""");
        foreach ((string encoding, Func<Stream, Stream> pack) in ((string, Func<Stream, Stream>)[])
            [("gzip", to => new GZipStream(to, CompressionLevel.Fastest)), ("br", to => new BrotliStream(to, CompressionLevel.Fastest)), ("deflate", to => new ZLibStream(to, CompressionLevel.Fastest))])
        {
            Assert.Equal(expected, (await server.Send(HttpMethod.Post, "/embed", Packed(json, encoding, pack))).Succeeded().GetRawText());
        }

        (await server.Send(HttpMethod.Post, "/embed", Packed(json, "zstd", to => to))).Refused(415, "Validation", "zstd", "gzip");
        (await server.Send(HttpMethod.Post, "/embed", Packed(json, "gzip", to => to))).Refused(400, "Validation", "Content-Encoding");
        byte[] bomb = new byte[100_000_000];
        (await server.Send(HttpMethod.Post, "/embed", Packed(bomb, "gzip", to => new GZipStream(to, CompressionLevel.Fastest)))).Refused(413, "Validation", "more than 2000000 bytes", "`payload_limit`");
        await server.Embed(["the farmer"]);
    }

    [Fact]
    public async Task ClientsThatAreRefusedDoNotComeBackTogether()
    {
        using var model = new SmallModel();
        await using RunningServer server = await RunningServer.Start(model.Folder, options => options.MaxConcurrentRequests = 1);
        var held = new HeldContent("""{"inputs": "the farmer"}""");
        Task<Answered> inside = server.Send(HttpMethod.Post, "/embed", held);
        while (!(await server.Get("/metrics")).Text.Contains("te_requests_under_way 1\n", StringComparison.Ordinal))
        {
            await Task.Delay(5, Now);
        }

        var seconds = new HashSet<int>();
        for (int i = 0; i < 60; i++)
        {
            using HttpResponseMessage refused = await server.Client.PostAsync("/embed", JsonContent.Create(new { inputs = "the" }), Now);
            if (refused.StatusCode == HttpStatusCode.TooManyRequests)
            {
                seconds.Add((int)refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
            }
        }

        held.LetGo();
        (await inside).Succeeded();
        Assert.All(seconds, second => Assert.InRange(second, 1, 4));
        Assert.True(seconds.Count > 1, "every client is told the same time");
    }

    /// <summary>One client sends a request of many batches, another one short text after the other: each waits for the batch that is being computed, and no longer.</summary>
    [Fact]
    public async Task AShortTextDoesNotWaitForAnotherClientsLargeRequest()
    {
        const int LargeBatches = 32; // of four texts with 64 tokens each
        await using RunningServer server = await RunningServer.Start(
            ShippedModel.Folder, options => (options.MaxBatchTokens, options.MaxClientBatchSize) = (256, 1_000));
        using var other = new HttpClient { BaseAddress = server.Address };
        await server.Embed(["warm"]);
        string text = string.Join(' ', Enumerable.Repeat("river", 62));
        long before = await BatchesAsync();
        Task<Answered> large = server.PostValue("/embed", new { inputs = Enumerable.Repeat(text, 4 * LargeBatches) });
        while (server.Models.Waiting == 0)
        {
            await Task.Delay(1, Now);
        }

        for (int i = 0; i < 5; i++)
        {
            long sent = await BatchesAsync();
            using HttpResponseMessage answer = await other.PostAsync("/embed", JsonContent.Create(new { inputs = "the sea" }), Now);
            answer.EnsureSuccessStatusCode();
            Assert.False(large.IsCompleted, "the large request was computed first");
            Assert.InRange(await BatchesAsync() - sent, 1, 4); // the current one, its own, and one on the way in and out
        }

        Assert.Equal(4 * LargeBatches, (await large).Succeeded().GetArrayLength());
        Assert.InRange(await BatchesAsync() - before, LargeBatches, LargeBatches + 5); // short texts share batches of the large request or take five more
        async Task<long> BatchesAsync() => long.Parse(
            System.Text.RegularExpressions.Regex.Match((await server.Get("/metrics")).Text, @"^te_batch_next_tokens_count (\d+)", System.Text.RegularExpressions.RegexOptions.Multiline).Groups[1].Value,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ByteArrayContent Packed(byte[] bytes, string encoding, Func<Stream, Stream> pack)
    {
        var packed = new MemoryStream();
        using (Stream packing = pack(packed))
        {
            packing.Write(bytes);
        }

        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add(encoding);
        return content;
    }
}
