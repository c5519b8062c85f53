using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BiGS.Server;

/// <summary>The bytes of a request, up to the limit.</summary>
internal static class RequestBody
{
    /// <summary>
    /// Bytes beyond the limit that are still taken, and thrown away: most clients listen only once they have sent everything, and would find a closed
    /// connection in place of the answer that says why.
    /// </summary>
    public const int MostDiscarded = 64 << 20;

    private const int Piece = 64 << 10;

    /// <exception cref="ApiException">There are more than one request may have.</exception>
    /// <exception cref="BadHttpRequestException">They are far too many, come too slowly, or not all of them came.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        int limit = context.RequestServices.GetRequiredService<ServerOptions>().PayloadLimit;
        var whole = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, limit));
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            long length = 0;
            for (int read; (read = await context.Request.Body.ReadAsync(piece, context.RequestAborted)) > 0;)
            {
                length += read;
                if (length <= limit)
                {
                    whole.Write(piece, 0, read);
                }
            }

            return length <= limit
                ? whole.GetBuffer().AsMemory(0, (int)whole.Length)
                : throw ApiException.TooLarge($"the request is too large: {length} bytes, where {limit} are allowed; send less at once, or start the server with a higher --payload-limit");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
