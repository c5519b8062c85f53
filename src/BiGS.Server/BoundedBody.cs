using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RequestDecompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BiGS.Server;

/// <summary>The bytes of a request, unpacked where they come compressed, up to the limit.</summary>
internal static class BoundedBody
{
    /// <summary>
    /// Bytes beyond the limit that are still taken, and thrown away: most clients listen only once they have sent everything, and would find a closed
    /// connection in place of the answer that says why.
    /// </summary>
    private const int MostDiscarded = 64 << 20;

    private const int BufferSize = 64 << 10;

    /// <exception cref="ApiException">There are more than one request may have, or they are compressed in a way that is not known here.</exception>
    /// <exception cref="BadHttpRequestException">They come too slowly, or not all of them came.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        int limit = context.RequestServices.GetRequiredService<IOptions<BiGSServerOptions>>().Value.PayloadLimit;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = (long)limit + MostDiscarded;
        }

        Stream sent = context.Request.Body;
        await using Stream? unpacked = Unpack(context);
        var whole = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, limit));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            bool isWhole = await CopyAsync(unpacked ?? sent, whole, limit, buffer, context.RequestAborted);
            if (!isWhole)
            {
                await CopyAsync(sent, Stream.Null, long.MaxValue, buffer, context.RequestAborted);
            }

            return isWhole ? whole.GetBuffer().AsMemory(0, (int)whole.Length) : throw TooLarge(limit);
        }
        catch (BadHttpRequestException far) when (far.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge(limit);
        }
        catch (InvalidDataException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorType.Validation, "the body is not compressed as Content-Encoding says; send it as it is, or compress it so");
        }
        catch (OperationCanceledException) when (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Kestrel cannot skip the rest of a body whose reading was given up, and closes the connection: a client that is not told would send its next
            // request into it.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Copies bytes up to a limit; says whether these were all.</summary>
    private static async Task<bool> CopyAsync(Stream from, Stream to, long limit, byte[] buffer, CancellationToken cancellationToken)
    {
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            limit -= read;
            if (limit < 0)
            {
                return false;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return true;
    }

    /// <summary>The unpacked body; null where it is not compressed.</summary>
    private static Stream? Unpack(HttpContext context)
    {
        string encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return context.RequestServices.GetRequiredService<IRequestDecompressionProvider>().GetDecompressionStream(context)
            ?? throw new ApiException(StatusCodes.Status415UnsupportedMediaType, ErrorType.Validation,
                $"the body has Content-Encoding: {encoding}; expected gzip, br or deflate, or a body that is not compressed");
    }

    private static ApiException TooLarge(int limit) =>
        ApiException.TooLarge($"the request is too large: more than {limit} bytes; send less at once (the limit is `payload_limit` of /info)");
}
