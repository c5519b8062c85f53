using BiGS.Server.Page;
using BiGS.Server.Routes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BiGS.Server;

/// <summary>HTTP over the models that are loaded.</summary>
internal static class TextServer
{
    /// <summary>A server that is not started yet. It reads no settings but these: neither files nor the environment.</summary>
    /// <param name="models">What answers.</param>
    /// <param name="options">Where it listens and what it lets in.</param>
    /// <param name="metrics">Counts what is answered.</param>
    /// <param name="log">Is told of every request.</param>
    public static WebApplication Build(ServedModels models, ServerOptions options, ServerMetrics metrics, IProgress<RequestRecord>? log = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = (long)options.PayloadLimit + RequestBody.MostDiscarded;
            kestrel.Listen(options.Host, options.Port);
        });
        builder.Services.AddRouting();
        builder.Services.AddOpenApi(OpenApiTexts.Describe);
        builder.Services.AddSingleton(models);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(metrics);
        builder.Services.AddSingleton<RequestTokenizer>();
        builder.Services.AddSingleton<RequestGate>();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainLimit);
        builder.Services.Configure<JsonOptions>(json => Json.Set(json.SerializerOptions));

        WebApplication app = builder.Build();
        app.UseRouting();
        app.Use(RequestRecord.Middleware(new Both(metrics, log)));
        app.Use(ErrorResponses.InvokeAsync);
        if (options.ApiKey is { } key)
        {
            app.Use(ApiKey.Middleware(key));
        }

        app.Use(app.Services.GetRequiredService<RequestGate>().InvokeAsync);
        app.Use(TimeLimit.Middleware(options.TimeLimit));
        MapRoutes(app);
        return app;
    }

    /// <summary>A file a group of routes.</summary>
    private static void MapRoutes(IEndpointRouteBuilder routes)
    {
        StateRoutes.Map(routes);
        EmbeddingRoutes.Map(routes);
        OpenAIRoutes.Map(routes);
        PredictionRoutes.Map(routes);
        WordRoutes.Map(routes);
        AnswerRoutes.Map(routes);
        TokenizerRoutes.Map(routes);
        routes.MapOpenApi("/openapi.json");
        DemoRoutes.Map(routes);
        PageRoutes.Map(routes);
    }

    private sealed class Both(IProgress<RequestRecord> first, IProgress<RequestRecord>? second) : IProgress<RequestRecord>
    {
        public void Report(RequestRecord value)
        {
            first.Report(value);
            second?.Report(value);
        }
    }

    /// <summary>Whoever starts the server stops it; signals are the terminal's business.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
