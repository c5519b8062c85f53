using BiGS.Cli.Options;
using BiGS.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BiGS.Cli.Commands;

/// <summary>An application that is BiGS and nothing else. It reads no settings but those given here: neither files nor the environment.</summary>
internal static class ServeApplication
{
    /// <summary>An application that is not started yet.</summary>
    /// <param name="hosting">Where it listens, and how it ends.</param>
    /// <param name="configure">Which models answer, and what is let in.</param>
    /// <param name="log">Is told of every request.</param>
    public static WebApplication Build(HostingOptions hosting, Action<BiGSServerOptions> configure, IProgress<RequestRecord>? log = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(hosting.Host, hosting.Port);
        });
        builder.Services.AddBiGS(options =>
        {
            options.DemoPage = true;
            configure(options);
        });
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = hosting.DrainLimit);
        if (log is not null)
        {
            builder.Services.AddSingleton(log);
        }

        WebApplication app = builder.Build();
        app.UseRouting();
        app.Use(app.Services.GetRequiredService<RequestPipeline>().InvokeUnmatchedAsync);
        app.MapBiGS();
        return app;
    }

    /// <summary>Whoever starts the server stops it; signals are the terminal's business.</summary>
    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
