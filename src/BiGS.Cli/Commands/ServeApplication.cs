using System.Net;
using System.Net.Sockets;
using BiGS.Cli.Options;
using BiGS.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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
        builder.Services.AddHostFiltering(filter =>
        {
            filter.AllowedHosts = AllowedHosts(hosting);
            filter.IncludeFailureMessage = false;
        });
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. hosting.CorsOrigins]).WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post).AllowAnyHeader().WithExposedHeaders("*")));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = hosting.DrainLimit);
        if (log is not null)
        {
            builder.Services.AddSingleton(log);
        }

        WebApplication app = builder.Build();
        app.UseStatusCodePages(DescribeAsync);
        app.UseHostFiltering();
        app.UseRouting();
        app.UseCors();
        app.Use(app.Services.GetRequiredService<RequestPipeline>().InvokeUnmatchedAsync);
        app.MapBiGS();
        return app;
    }

    /// <summary>
    /// What a request may call the server: on a loopback address only names of this machine, since a page from elsewhere may make its own name point here
    /// (DNS rebinding) and read the answers.
    /// </summary>
    private static string[] AllowedHosts(HostingOptions hosting) => !IPAddress.IsLoopback(hosting.Host) && hosting.AllowedHosts.Count == 0
        ? ["*"]
        : ["localhost", "127.0.0.1", "[::1]", HostOf(hosting.Host), .. hosting.AllowedHosts];

    private static string HostOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    /// <summary>The filter of hosts refuses without a word.</summary>
    private static Task DescribeAsync(StatusCodeContext refused) => refused.HttpContext is { Response.StatusCode: StatusCodes.Status400BadRequest } context && context.GetEndpoint() is null
        ? ErrorResponses.WriteAsync(context, new ApiException(StatusCodes.Status400BadRequest, ErrorType.Validation,
            $"the request is for the host \"{context.Request.Host.Host}\", which this server does not answer for; expected localhost, its address, or a name that its operator allows"))
        : Task.CompletedTask;

    /// <summary>Whoever starts the server stops it; signals are the terminal's business.</summary>
    private sealed class CallerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
