using System.Net;
using System.Text;
using System.Text.Json;
using BiGS.Cli.Commands;
using BiGS.Cli.Options;
using BiGS.Inference;
using BiGS.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace BiGS.Support;

/// <summary>What a request was answered with.</summary>
internal sealed record Answered(HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The request was good.</summary>
    public JsonElement Succeeded()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status}: {Text}");
        return Json;
    }

    /// <summary>The request was refused in text-embeddings-inference's way, with words that say why.</summary>
    public void Refused(int status, string type, params string[] parts)
    {
        Assert.True((int)Status == status, $"expected {status}, was {(int)Status}: {Text}");
        Assert.Equal(["error", "error_type"], Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(type, Json.GetProperty("error_type").GetString());
        Assert.All(parts, part => Assert.Contains(part, Json.GetProperty("error").GetString(), StringComparison.Ordinal));
    }
}

/// <summary>A server of this process, on loopback and a port of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(_app.Urls.Single());
        Client = new HttpClient { BaseAddress = Address };
    }

    public ServedModels Models => _app.Services.GetRequiredService<ServedModels>();

    public HttpClient Client { get; }

    public Uri Address { get; }

    public static Task<RunningServer> Start(string folder, Action<BiGSServerOptions>? configure = null, Precision precision = Precision.Fp32) =>
        Start([folder], configure, precision);

    public static async Task<RunningServer> Start(
        IReadOnlyList<string> folders, Action<BiGSServerOptions>? configure = null, Precision precision = Precision.Fp32, IProgress<RequestRecord>? log = null)
    {
        WebApplication app = ServeApplication.Build(
            new HostingOptions { Port = 0 },
            options =>
            {
                foreach (string folder in folders)
                {
                    options.Models.Add(new BiGSModelOptions(folder, OpenOptions: OnTorch.In(precision)));
                }

                configure?.Invoke(options);
            },
            log);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningServer(app);
    }

    public Task<Answered> Post(string route, string json) => Send(HttpMethod.Post, route, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answered> PostValue(string route, object value) => Post(route, JsonSerializer.Serialize(value));

    public Task<Answered> Get(string route) => Send(HttpMethod.Get, route, null);

    public async Task<Answered> Send(HttpMethod method, string route, HttpContent? content, string? key = null)
    {
        using var request = new HttpRequestMessage(method, route) { Content = content };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", key);
        }

        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answered(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<float[][]> Embed(IReadOnlyList<string> texts) =>
        (await PostValue("/embed", new { inputs = texts })).Succeeded().Deserialize<float[][]>()!;

    /// <summary>Answers no more.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
    }
}
