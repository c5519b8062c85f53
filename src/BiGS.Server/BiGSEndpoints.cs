using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>BiGS among the endpoints of an ASP.NET Core application.</summary>
public static class BiGSEndpoints
{
    /// <summary>
    /// Maps the routes of text-embeddings-inference and of OpenAI's embeddings, <c>/fill-mask</c>, <c>/tag</c>, <c>/answer</c>, these in the shapes of
    /// Hugging Face's pipelines under <c>/pipeline</c>, <c>/info</c>, <c>/health</c>, <c>/metrics</c>, <c>/openapi.json</c> and <c>/docs</c>, and the page where the options ask for it. Limits, key, errors and metrics of BiGS apply to
    /// these routes and to no others.
    /// </summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="prefix">Stands before every route, such as <c>/text</c>; none by default.</param>
    /// <returns>The group of all these routes, for policies of the application's own: <c>RequireAuthorization</c>, <c>RequireRateLimiting</c>, <c>RequireCors</c>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="BiGSServices.AddBiGS"/> was not called.</exception>
    public static RouteGroupBuilder MapBiGS(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        RequestPipeline pipeline = endpoints.ServiceProvider.GetService<RequestPipeline>()
            ?? throw new InvalidOperationException("MapBiGS finds no services of BiGS; call builder.Services.AddBiGS() before the application is built.");
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        MapRoutes(group);
        group.MapGet(OpenApiDescription.Route, (OpenApiDescription description, HttpContext context) => description.WriteAsync(context));
        group.MapGet(DocumentationPage.Route, DocumentationPage.AnswerAsync);
        if (endpoints.ServiceProvider.GetRequiredService<IOptions<BiGSServerOptions>>().Value.DemoPage)
        {
            DemoRoutes.Map(group);
            PageRoutes.Map(group);
        }

        // What the application says of its own routes has its own JSON; BiGS's are described in /openapi.json.
        group.ExcludeFromDescription();
        group.AddEndpointFilter(Json.WriteResultAsync);
        ((IEndpointConventionBuilder)group).Add(AddHead);
        ((IEndpointConventionBuilder)group).Add(pipeline.Wrap);
        return group;
    }

    /// <summary>The routes for programs, one file for each group of them.</summary>
    internal static void MapRoutes(IEndpointRouteBuilder routes)
    {
        StatusRoutes.Map(routes);
        EmbeddingRoutes.Map(routes);
        OpenAIRoutes.Map(routes);
        ClassificationRoutes.Map(routes);
        WordPredictionRoutes.Map(routes);
        QuestionAnsweringRoutes.Map(routes);
        SearchRoutes.Map(routes);
        TokenizerRoutes.Map(routes);
        HuggingFaceRoutes.Map(routes);
        RootRoute.Map(routes);
    }

    /// <summary>Where GET is answered, so is HEAD, as HTTP asks of every server; the server sends no body then.</summary>
    private static void AddHead(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<HttpMethodMetadata>().LastOrDefault() is { } methods && methods.HttpMethods.Contains(HttpMethods.Get))
        {
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        }
    }
}
