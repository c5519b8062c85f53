using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace BiGS.Server;

/// <summary><c>GET /docs</c>: the OpenAPI document for people, a page without scripts.</summary>
internal static class DocumentationPage
{
    public const string Route = "/docs";

    private const string Style = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
        + "table{border-collapse:collapse;width:100%}td,th{text-align:start;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}code{font-size:.95em}h2{margin-top:2.5rem}";

    public static async Task<IResult> AnswerAsync(OpenApiDescription description, HttpContext context)
    {
        OpenApiDocument document = await description.DescribeAsync(context, Route);
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Content(Write(document), "text/html; charset=utf-8");
    }

    private static string Write(OpenApiDocument document)
    {
        var page = new StringBuilder();
        page.Append($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(document.Info.Title)}: routes</title><style>{Style}</style>");
        page.Append($"<h1>{Text(document.Info.Title)}: routes</h1><p>{Text(document.Info.Description)} For programs: <a href=\"{Text(OpenApiDescription.Route[1..])}\">openapi.json</a>.</p>");
        foreach ((string path, IOpenApiPathItem item) in document.Paths)
        {
            foreach ((HttpMethod method, OpenApiOperation operation) in item.Operations ?? [])
            {
                page.Append($"<h2 id=\"{Text(operation.OperationId)}\"><code>{method} {Text(path)}</code></h2><p>{Text(operation.Summary)}.</p>");
                if (operation.RequestBody?.Content?.Values.FirstOrDefault()?.Schema is { } request)
                {
                    page.Append("<table><tr><th>property<th>type<th>meaning");
                    foreach ((string name, IOpenApiSchema property) in request.Properties ?? new Dictionary<string, IOpenApiSchema>())
                    {
                        string required = request.Required?.Contains(name) == true ? ", required" : "";
                        page.Append($"<tr><td><code>{Text(name)}</code><td>{Text(TypeOf(property))}{required}<td>{Text(property.Description)}");
                    }

                    page.Append("</table>");
                }

                string errors = string.Join(" ", (operation.Responses ?? []).Where(response => response.Key != "200").Select(response => $"{response.Key}: {response.Value.Description}"));
                page.Append(errors.Length > 0 ? $"<p>Errors: {Text(errors)}</p>" : "");
            }
        }

        return page.ToString();
    }

    private static string TypeOf(IOpenApiSchema schema) => schema.Enum is { Count: > 0 } values ? string.Join(" or ", values.Select(value => $"\"{value}\""))
        : schema.OneOf is { Count: > 0 } shapes ? string.Join(" or ", shapes.Select(TypeOf).Where(type => type.Length > 0))
        : schema.Type is not { } type || type == JsonSchemaType.Null ? ""
        : type.HasFlag(JsonSchemaType.Array) ? $"list of {(schema.Items is { } items ? TypeOf(items) : "values")}"
        : $"{type & ~JsonSchemaType.Null}".ToLowerInvariant();

    private static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");
}
