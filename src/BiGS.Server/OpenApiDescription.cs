using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace BiGS.Server;

/// <summary>
/// The OpenAPI document of BiGS's routes. ASP.NET Core describes all routes of an application, in the application's JSON; BiGS's have rules of their own.
/// So they are described as those of an application that has only them, which is never started.
/// </summary>
internal sealed class OpenApiDescription : IAsyncDisposable
{
    public const string Route = "/openapi.json";

    private readonly Lazy<WebApplication> _application;

    public OpenApiDescription(IOptions<BiGSServerOptions> options) => _application = new Lazy<WebApplication>(() => Build(needsKey: options.Value.ApiKey is not null));

    /// <summary>Answers with the document.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        OpenApiDocument document = await DescribeAsync(context, Route);
        context.Response.ContentType = "application/json;charset=utf-8";
        await context.Response.WriteAsync(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0, context.RequestAborted), context.RequestAborted);
    }

    /// <summary>The document, its addresses those under which the request found it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Which it asked for.</param>
    public async Task<OpenApiDocument> DescribeAsync(HttpContext context, string route)
    {
        IOpenApiDocumentProvider provider = _application.Value.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1");
        OpenApiDocument document = await provider.GetOpenApiDocumentAsync(context.RequestAborted);
        HttpRequest request = context.Request;
        document.Servers = [new OpenApiServer { Url = $"{request.Scheme}://{request.Host}{request.PathBase}{request.Path.Value!.TrimEnd('/')[..^route.Length]}" }];
        return document;
    }

    public ValueTask DisposeAsync() => _application.IsValueCreated ? _application.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static WebApplication Build(bool needsKey)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddBiGS();
        builder.Services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer((document, _, _) => DescribeDocument(document));
            options.AddOperationTransformer((operation, context, cancellationToken) => OperationDescription.DescribeAsync(operation, context, needsKey, cancellationToken));
            options.AddSchemaTransformer(SchemaDescription.DescribeAsync);
        });
        builder.Services.Configure<JsonOptions>(json => Json.ConfigureShapes(json.SerializerOptions));
        WebApplication application = builder.Build();
        AddRoutes(application);
        return application;
    }

    /// <summary>What is mapped on an application itself is seen only once it starts; this one does not.</summary>
    private static void AddRoutes(IApplicationBuilder application) => application.UseRouting().UseEndpoints(BiGSEndpoints.MapRoutes);

    private static Task DescribeDocument(OpenApiDocument document)
    {
        document.Info.Title = "BiGS for .NET";
        document.Info.Description = "Text encoders without attention, over the routes of text-embeddings-inference and OpenAI's embeddings.";
        document.AddComponent(OperationDescription.KeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The key of the server, where it asks for one.",
        });
        return Task.CompletedTask;
    }
}
