using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace BiGS.Cli.Server.Page;

/// <summary>The page for people: files that lie inside the program, served at "/".</summary>
internal static class PageRoutes
{
    private const string Start = "index.html";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string resource in typeof(PageRoutes).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Page/", StringComparison.Ordinal)))
        {
            string file = resource["Page/".Length..];
            IResult Answer() => Results.Stream(
                typeof(PageRoutes).Assembly.GetManifestResourceStream(resource)!, Types.TryGetContentType(file, out string? type) ? type : "application/octet-stream");
            routes.MapGet(file == Start ? "/" : $"/{file}", Answer).ExcludeFromDescription();
        }
    }
}
