using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace BiGS.Server;

/// <summary>
/// Lets in whoever shows the key (<c>Authorization: Bearer KEY</c>), and everyone to where it is only asked whether all is well, and to the files of the page,
/// which asks for the key itself.
/// </summary>
internal static class ApiKey
{
    private const string Scheme = "Bearer ";

    public static Func<HttpContext, RequestDelegate, Task> Middleware(string key)
    {
        byte[] expected = Hash(key);
        return async (context, next) =>
        {
            string given = context.Request.Headers.Authorization.ToString();
            bool shows = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && CryptographicOperations.FixedTimeEquals(Hash(given[Scheme.Length..]), expected);
            bool needs = context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null;
            if (!shows && needs && context.Request.Path != "/health")
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers[HeaderNames.WWWAuthenticate] = Scheme.Trim();
                    return Task.CompletedTask;
                });
                throw new ApiException(StatusCodes.Status401Unauthorized, ErrorType.Validation, "the key is missing or wrong; send it as Authorization: Bearer KEY");
            }

            await next(context);
        };
    }

    /// <summary>Of one length whatever was given, so that comparing tells nothing of how much of it is right.</summary>
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
