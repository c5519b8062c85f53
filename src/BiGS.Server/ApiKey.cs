using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace BiGS.Server;

/// <summary>Lets in whoever sends the key, <c>Authorization: Bearer KEY</c>, and everyone to the routes that are marked as needing none.</summary>
internal sealed class ApiKey(string key)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _expected = Hash(key);

    /// <exception cref="ApiException">The key is missing or wrong.</exception>
    public void Check(HttpContext context)
    {
        string given = context.Request.Headers.Authorization.ToString();
        bool isRight = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(given[Scheme.Length..]), _expected);
        if (isRight || IsOpen(context))
        {
            return;
        }

        context.Response.OnStarting(() =>
        {
            context.Response.Headers[HeaderNames.WWWAuthenticate] = Scheme.Trim();
            return Task.CompletedTask;
        });
        throw new ApiException(StatusCodes.Status401Unauthorized, ErrorType.Validation, "the key is missing or wrong; send it as Authorization: Bearer KEY");
    }

    /// <summary>Routing takes /health/ for /health; the key does not.</summary>
    private static bool IsOpen(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<NoApiKey>() is not null
        && (endpoint.RoutePattern.RawText!.EndsWith('/') || !context.Request.Path.Value!.EndsWith('/'));

    /// <summary>Of one length whatever was given, so that comparing tells nothing of how much of it is right.</summary>
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

/// <summary>Marks a route that is answered without the key. What the application itself demands (<c>RequireAuthorization</c>) still holds.</summary>
internal sealed class NoApiKey;
