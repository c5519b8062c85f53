using BiGS.Cli.Server.Page;
using BiGS.Cli.Server.Routes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BiGS.Cli.Server;

/// <summary>HTTP over the models that are loaded.</summary>
internal static class TextServer
{
    /// <summary>A server that is not started yet. It reads no settings but these: neither files nor the environment.</summary>
    public static WebApplication Build(ServedModels models, ServerOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.PayloadLimit;
            kestrel.Listen(options.Host, options.Port);
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(models);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.Configure<JsonOptions>(json => Json.Set(json.SerializerOptions));

        WebApplication app = builder.Build();
        app.Use(Errors.Answer);
        app.UseRouting();
        StateRoutes.Map(app);
        EmbeddingRoutes.Map(app);
        PageRoutes.Map(app);
        return app;
    }

    /// <summary>Whoever starts the server stops it; signals are the terminal's business.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
