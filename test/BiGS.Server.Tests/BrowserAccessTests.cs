using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BiGS.Cli.Commands;
using BiGS.Cli.Options;
using BiGS.Support;
using Microsoft.AspNetCore.Builder;

namespace BiGS.Server.Tests;

/// <summary>Which pages a browser lets use the server, and under which names it answers.</summary>
public class BrowserAccessTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    /// <summary>A page whose own name is made to point to this machine sends that name along (DNS rebinding).</summary>
    [Fact]
    public async Task OnLoopbackOnlyNamesOfThisMachineAreAnsweredFor()
    {
        using var model = new SmallModel();
        await using WebApplication app = await StartAsync(model, new HostingOptions { Port = 0, AllowedHosts = ["bigs.example.org"] });
        foreach ((string host, bool isOurs) in ((string, bool)[])[("localhost", true), ("127.0.0.1", true), ("[::1]", true), ("LOCALHOST:80", true), ("bigs.example.org", true), ("evil.example", false), ("localhost.evil.example", false)])
        {
            using HttpResponseMessage response = await SendAsync(app, HttpMethod.Post, "/embed", host: host);
            string text = await response.Content.ReadAsStringAsync(Now);
            Assert.True(response.StatusCode == (isOurs ? HttpStatusCode.OK : HttpStatusCode.BadRequest), $"{host}: {text}");
            Assert.True(isOurs || JsonDocument.Parse(text).RootElement.GetProperty("error").GetString()!.Contains("expected localhost", StringComparison.Ordinal), text);
        }
    }

    [Fact]
    public async Task PagesOfTheGivenOriginsMayReadTheAnswers()
    {
        using var model = new SmallModel();
        await using WebApplication app = await StartAsync(model, new HostingOptions { Port = 0, CorsOrigins = ["https://example.org", "http://localhost:3000"] });
        foreach ((string origin, bool isGiven) in ((string, bool)[])[("https://example.org", true), ("http://localhost:3000", true), ("http://example.org", false), ("https://evil.example", false)])
        {
            using HttpResponseMessage asked = await SendAsync(app, HttpMethod.Options, "/v1/embeddings", origin: origin);
            Assert.Equal(isGiven, asked.Headers.Contains("Access-Control-Allow-Origin"));
            using HttpResponseMessage answered = await SendAsync(app, HttpMethod.Post, "/embed", origin: origin);
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            Assert.Equal(isGiven, answered.Headers.Contains("Access-Control-Allow-Origin"));
            using HttpResponseMessage refused = await SendAsync(app, HttpMethod.Post, "/predict", origin: origin);
            Assert.Equal(HttpStatusCode.FailedDependency, refused.StatusCode);
            Assert.Equal(isGiven, refused.Headers.Contains("Access-Control-Allow-Origin"));
        }

        await using WebApplication closed = await StartAsync(model, new HostingOptions { Port = 0 });
        using HttpResponseMessage none = await SendAsync(closed, HttpMethod.Post, "/embed", origin: "https://example.org");
        Assert.False(none.Headers.Contains("Access-Control-Allow-Origin"));
        await using WebApplication open = await StartAsync(model, new HostingOptions { Port = 0, CorsOrigins = ["*"] });
        using HttpResponseMessage all = await SendAsync(open, HttpMethod.Post, "/embed", origin: "https://example.org");
        Assert.Equal("*", all.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private static async Task<WebApplication> StartAsync(SmallModel model, HostingOptions hosting)
    {
        WebApplication app = ServeApplication.Build(hosting, options => options.Models.Add(new BiGSModelOptions(model.Folder, OpenOptions: OnTorch.Fp32)));
        await app.StartAsync(Now);
        return app;
    }

    private static async Task<HttpResponseMessage> SendAsync(WebApplication app, HttpMethod method, string route, string? host = null, string? origin = null)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var request = new HttpRequestMessage(method, route);
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        }
        else
        {
            request.Content = JsonContent.Create(new { inputs = "the farmer" });
        }

        return await client.SendAsync(request, Now);
    }
}
