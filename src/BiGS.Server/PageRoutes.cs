using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace BiGS.Server;

/// <summary>
/// The page for people: files that lie inside the program, served at "/". They are no secret and need no key; what the page asks for with them does.
/// </summary>
internal static class PageRoutes
{
    private const string Start = "index.html";

    /// <summary>The page loads from here, asks here, and is shown in no other page: what is typed into it can go nowhere else.</summary>
    private const string OnlyHere =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string resource in typeof(PageRoutes).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Page/", StringComparison.Ordinal)))
        {
            string file = resource["Page/".Length..];
            IResult Answer(HttpContext context)
            {
                // The page names its files and routes relative to itself: under a prefix it needs the slash behind it.
                if (file == Start && !context.Request.Path.Value!.EndsWith('/'))
                {
                    return Results.Redirect($"{context.Request.PathBase}{context.Request.Path}/{context.Request.QueryString}");
                }

                IHeaderDictionary headers = context.Response.Headers;
                headers.ContentSecurityPolicy = OnlyHere;
                headers.XContentTypeOptions = "nosniff";
                headers.CacheControl = "no-cache";
                headers["Referrer-Policy"] = "no-referrer";
                return Results.Stream(typeof(PageRoutes).Assembly.GetManifestResourceStream(resource)!, TypeOf(file));
            }

            routes.MapGet(file == Start ? "/" : $"/{file}", Answer).WithMetadata(new NoApiKey());
        }
    }

    private static string TypeOf(string file) => !Types.TryGetContentType(file, out string? type) ? "application/octet-stream"
        : type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8"
        : type;
}
