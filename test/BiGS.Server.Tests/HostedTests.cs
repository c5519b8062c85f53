using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BiGS.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BiGS.Server.Tests;

/// <summary>BiGS in somebody else's application: its routes are there, and nothing else of the application changes.</summary>
public class HostedTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>An application with routes, JSON and failures of its own, and BiGS under a prefix, with a key and small limits.</summary>
    [Fact]
    public async Task LimitsKeyAndErrorsAreThoseOfItsRoutesAlone()
    {
        using var model = new SmallModel();
        await using WebApplication app = Application(options =>
        {
            options.Models.Add(new BiGSModelOptions(model.Folder, "small"));
            options.ApiKey = "secret";
            options.MaxClientBatchSize = 2;
            options.PayloadLimit = 100;
            options.MaxConcurrentRequests = 1;
            options.TimeLimit = TimeSpan.FromSeconds(30);
        });
        app.MapBiGS("/text");
        await app.StartAsync(Now);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        // The application's own: no key, no limits, its own JSON, its own errors.
        string large = new('a', 1_000);
        Assert.Equal($$"""{"ownName":{{large.Length}}}""", await (await client.PostAsync("/own", JsonContent.Create(large), Now)).Content.ReadAsStringAsync(Now));
        Assert.Equal("", await (await client.GetAsync("/nowhere", Now)).Content.ReadAsStringAsync(Now));
        using HttpResponseMessage failed = await client.GetAsync("/fails", Now);
        Assert.Equal((HttpStatusCode.InternalServerError, ""), (failed.StatusCode, await failed.Content.ReadAsStringAsync(Now)));

        // BiGS's: the key, the limits, and errors of both kinds.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/text/health", Now)).StatusCode);
        Answered refused = await Post(client, "/text/embed", """{"inputs": "the"}""");
        refused.Refused(401, "Validation", "Bearer KEY");
        Assert.Equal("invalid_api_key", (await Post(client, "/text/v1/embeddings", """{"input": "the"}""")).Json.GetProperty("error").GetProperty("code").GetString());
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        Assert.Single((await Post(client, "/text/embed", """{"inputs": "the farmer"}""")).Succeeded().EnumerateArray());
        (await Post(client, "/text/embed", """{"inputs": ["the", "farmer", "sleeps"]}""")).Refused(413, "Validation", "batch size 3");
        (await Post(client, "/text/embed", $$"""{"inputs": "{{large}}"}""")).Refused(413, "Validation", "more than 100 bytes");
        (await Post(client, "/text/embed", "{")).Refused(400, "Validation", "not JSON");
        Assert.Equal("small", (await Get(client, "/text/info")).Succeeded().GetProperty("model_id").GetString());
        string metrics = await client.GetStringAsync("/text/metrics", Now);
        Assert.Contains("te_request_success{method=\"single\",path=\"/text/embed\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("/own", metrics, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.GetAsync("/text/", Now)).StatusCode);
    }

    /// <summary>What /metrics shows, any listener of .NET's meters sees.</summary>
    [Fact]
    public async Task MetricsAreInstrumentsOfAMeter()
    {
        using var model = new SmallModel();
        await using WebApplication app = Application(options => options.Models.Add(new BiGSModelOptions(model.Folder)));
        app.MapBiGS();
        long texts = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ServerMetrics.MeterName && instrument.Meter.Scope == app.Services.GetRequiredService<IMeterFactory>() && instrument.Name == "te_embed_count")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref texts, value));
        listener.Start();
        await app.StartAsync(Now);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        (await Post(client, "/embed", """{"inputs": ["the", "farmer"]}""")).Succeeded();
        Assert.Contains("te_embed_count 2\n", await client.GetStringAsync("/metrics", Now), StringComparison.Ordinal);
        Assert.Equal(2, Interlocked.Read(ref texts));
    }

    [Fact]
    public async Task TheDescriptionAndThePageStandUnderThePrefix()
    {
        using var model = new SmallModel();
        await using WebApplication app = Application(options =>
        {
            options.Models.Add(new BiGSModelOptions(model.Folder));
            options.DemoPage = true;
        });
        app.MapGroup("/a").MapBiGS("/b");
        await app.StartAsync(Now);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        JsonElement document = (await Get(client, "/a/b/openapi.json")).Succeeded();
        Assert.Equal($"{app.Urls.Single()}/a/b", document.GetProperty("servers")[0].GetProperty("url").GetString());
        Assert.True(document.GetProperty("paths").TryGetProperty("/embed", out _));
        Assert.False(document.GetProperty("paths").TryGetProperty("/own", out _));
        Assert.Contains("truncation_direction", document.GetRawText(), StringComparison.Ordinal);
        string docs = await client.GetStringAsync("/a/b/docs", Now);
        Assert.All(document.GetProperty("paths").EnumerateObject(), path => Assert.Contains($" {path.Name}</code></h2>", docs, StringComparison.Ordinal));
        Assert.Contains("<td><code>truncation_direction</code><td>&quot;Right&quot; or &quot;Left&quot;", docs, StringComparison.Ordinal);
        Assert.Contains("string or list of string or list of integer", docs, StringComparison.Ordinal);
        using HttpResponseMessage page = await client.GetAsync("/a/b", Now);
        Assert.Equal($"{app.Urls.Single()}/a/b/", page.RequestMessage!.RequestUri!.ToString());
        Assert.Contains("page.js", await page.Content.ReadAsStringAsync(Now), StringComparison.Ordinal);
        Assert.True((await Get(client, "/a/b/page/models")).Succeeded().TryGetProperty("models", out _));
    }

    [Fact]
    public async Task PoliciesOfTheApplicationHoldForItsRoutes()
    {
        using var model = new SmallModel();
        await using WebApplication app = Application(options => options.Models.Add(new BiGSModelOptions(model.Folder)));
        app.MapBiGS().AddEndpointFilter((_, _) => ValueTask.FromResult<object?>(Results.StatusCode(418)));
        await app.StartAsync(Now);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal(418, (int)(await client.GetAsync("/health", Now)).StatusCode);
    }

    /// <summary>The four lines of samples/serve.</summary>
    [Fact]
    public async Task WithoutOptionsItServesTheModelThatComesWithBiGS()
    {
        await using WebApplication app = Application(null);
        app.MapBiGS();
        await app.StartAsync(Now);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("english", (await Get(client, "/info")).Succeeded().GetProperty("model_id").GetString());
        Assert.Single((await Post(client, "/embed", """{"inputs": "The river flows into the sea."}""")).Succeeded().EnumerateArray());
    }

    [Fact]
    public async Task OptionsThatCannotWorkStopTheStart()
    {
        await using WebApplication app = Application(options =>
        {
            options.Models.Add(new BiGSModelOptions("some/english", "a"));
            options.Models.Add(new BiGSModelOptions("other/english", "a"));
            options.MaxClientBatchSize = 0;
        });
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(Now));
        Assert.Contains("BiGSServerOptions.MaxClientBatchSize is 0; expected at least 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BiGSServerOptions.Models has a twice", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutItsServicesItSaysWhatIsMissing()
    {
        await using WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddBiGS", Assert.Throws<InvalidOperationException>(() => app.MapBiGS()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralFoldersOfOneNameAreCalledByTheirPaths()
    {
        var options = new BiGSServerOptions { Models = { new("a/english"), new("b/english"), new("c/other"), new("d/hub", "owner/hub") } };
        Assert.Equal(["a/english", "b/english", "other", "owner/hub"], options.ModelNames());
    }

    private static WebApplication Application(Action<BiGSServerOptions>? configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBiGS(configure);
        WebApplication app = builder.Build();
        app.MapPost("/own", async (HttpRequest request) => new { OwnName = (await request.ReadFromJsonAsync<string>())!.Length });
        app.MapGet("/fails", IResult () => throw new InvalidOperationException("the application's own failure"));
        return app;
    }

    private static async Task<Answered> Post(HttpClient client, string route, string json)
    {
        using HttpResponseMessage response = await client.PostAsync(route, new StringContent(json, Encoding.UTF8, "application/json"), Now);
        return new Answered(response.StatusCode, await response.Content.ReadAsStringAsync(Now));
    }

    private static async Task<Answered> Get(HttpClient client, string route)
    {
        using HttpResponseMessage response = await client.GetAsync(route, Now);
        return new Answered(response.StatusCode, await response.Content.ReadAsStringAsync(Now));
    }
}
