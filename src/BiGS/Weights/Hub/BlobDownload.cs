using System.Net;

namespace BiGS.Weights;

/// <summary>
/// Brings a blob whole or not at all: bytes are gathered in <c>etag.incomplete</c>, across cuts, crashes and processes; once length and hash
/// are as announced it gets its name.
/// </summary>
internal sealed class BlobDownload(HubFile file, HubRequest request, HubConnection connection, HubOptions options)
{
    private readonly byte[] _buffer = new byte[1 << 17];

    /// <param name="blob">Where it is to be. The caller holds its lock.</param>
    /// <param name="progress">Reports the bytes received so far.</param>
    /// <param name="cancellationToken">What has come stays, for another time.</param>
    /// <exception cref="HubException">The hub refuses, or the connection keeps breaking.</exception>
    /// <exception cref="InvalidDataException">What came is not what was announced; it is deleted.</exception>
    public async Task DownloadAsync(string blob, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        string partial = blob + ".incomplete";
        using (var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read))
        {
            if (target.Length > file.Bytes)
            {
                target.SetLength(0);
            }

            await GatherAsync(target, progress, cancellationToken).ConfigureAwait(false);
            target.Flush(flushToDisk: true);
        }

        if (new FileInfo(partial).Length != file.Bytes || !await file.MatchesAsync(partial, cancellationToken).ConfigureAwait(false))
        {
            File.Delete(partial);
            string hash = file.Etag.Length == 64 ? "SHA-256" : "Git SHA-1";
            throw new InvalidDataException(
                $"{request.What}: what came is not what the hub announced ({file.Bytes:N0} bytes with the {hash} {file.Etag}); it is deleted. "
                + "Run it again; if that does not help, something between here and the hub changes files.");
        }

        File.Move(partial, blob, overwrite: true);
    }

    private async Task GatherAsync(FileStream target, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        var patience = new RetryPolicy(options, options.Attempts);
        long furthest = target.Length;
        while (target.Length < file.Bytes)
        {
            try
            {
                await AppendAsync(target, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientHttpException fault)
            {
                if (target.Length > furthest)
                {
                    furthest = target.Length;
                    patience.Renew();
                }

                await patience.WaitAsync(fault, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One connection's worth; a server that sends too much is stopped one byte late, which the check of the length finds.</summary>
    private async Task AppendAsync(FileStream target, IProgress<HubProgress>? progress, CancellationToken cancellationToken)
    {
        HubRequest rest = request with { From = target.Length };
        using HttpResponseMessage response = await connection.SendAsync(rest, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == rest.From:
                target.Seek(0, SeekOrigin.End);
                break;
            case HttpStatusCode.OK:
                target.SetLength(0);
                break;
            default:
                target.SetLength(0);
                throw new TransientHttpException($"{request.What}: the server cannot go on at byte {rest.From:N0} (it answers {(int)response.StatusCode}), so it starts anew");
        }

        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (target.Length <= file.Bytes)
        {
            int room = (int)Math.Min(_buffer.Length, file.Bytes + 1 - target.Length);
            int read = await connection.ReadAsync(body, _buffer.AsMemory(0, room), request, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            await target.WriteAsync(_buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            progress?.Report(new HubProgress(file.Name, Math.Min(target.Length, file.Bytes), file.Bytes));
        }

        if (target.Length < file.Bytes)
        {
            throw new TransientHttpException($"{request.What}: the answer ended after {target.Length:N0} of {file.Bytes:N0} bytes");
        }
    }
}
