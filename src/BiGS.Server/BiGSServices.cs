using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>BiGS among the services of an ASP.NET Core application.</summary>
public static class BiGSServices
{
    /// <summary>
    /// Registers what the routes of <see cref="BiGSEndpoints.MapBiGS"/> need. The models are opened when the application starts, before it listens, and
    /// closed with its container. Nothing is registered that changes the rest of the application: its JSON, its errors and its limits stay its own.
    /// </summary>
    /// <param name="services">The application's.</param>
    /// <param name="configure">Says which models, and the limits; null for the model that comes with BiGS and the usual limits.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddBiGS(this IServiceCollection services, Action<BiGSServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        services.AddLogging();
        services.AddMetrics();
        services.AddRequestDecompression();
        services.AddRequestTimeouts();
        services.AddOptions<BiGSServerOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BiGSServerOptions>, BiGSServerOptionsValidator>());
        services.TryAddSingleton<ServerMetrics>();
        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<ServedIndex>();
        services.TryAddSingleton<RequestLimits>();
        services.TryAddSingleton<RequestTokenizer>();
        services.TryAddSingleton<ConcurrencyLimit>();
        services.TryAddSingleton<RequestPipeline>();
        services.TryAddSingleton<OpenApiDescription>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProgress<RequestRecord>, RequestLogger>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelLoader>());
        return services;
    }

    /// <summary>Opens the models before the server listens: a folder that is no model stops the start, and the first request does not wait.</summary>
    private sealed class ModelLoader(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<ServedModels>();
            services.GetRequiredService<ServedIndex>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
