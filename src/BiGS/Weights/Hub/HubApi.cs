using System.Net;

namespace BiGS.Weights;

/// <summary>The hub's three questions: what is there, what does this file look like, and its bytes.</summary>
internal sealed class HubApi(HubConnection connection, HubOptions options)
{
    private const int LongestListing = 16 << 20; // bytes

    /// <param name="model">Repository and revision.</param>
    /// <param name="isUrgent">Whether to ask only once, and to wait only briefly for an answer: for who can do without.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HubException">There is no such repository or revision, it is not open to us, or the hub cannot be reached.</exception>
    public Task<HubListing> ListAsync(HubName model, bool isUrgent, CancellationToken cancellationToken)
    {
        var request = new HubRequest(
            HttpMethod.Get, Below($"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}"), model)
        {
            IsUrgent = isUrgent,
        };
        return new RetryPolicy(options, isUrgent ? 1 : options.Attempts).ExecuteAsync(
            async () =>
            {
                using HttpResponseMessage response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
                return HubListing.Parse(await ReadAllAsync(response, request, cancellationToken).ConfigureAwait(false), model);
            },
            cancellationToken);
    }

    /// <summary>Asks for the headers of a file, which the endpoint itself gives even where another host has the bytes.</summary>
    /// <exception cref="InvalidDataException">They do not say what would let its bytes be verified.</exception>
    public Task<HubFile> DescribeAsync(HubListing listing, string file, CancellationToken cancellationToken) => new RetryPolicy(options, options.Attempts).ExecuteAsync(
        async () =>
        {
            var facts = new HubFileMetadata();
            HubRequest request = ForFile(HttpMethod.Head, listing, file) with { StaysAtEndpoint = true, Observe = facts.Add };
            using HttpResponseMessage response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return facts.Of(listing, file);
        },
        cancellationToken);

    public Task DownloadAsync(HubFile file, string blob, IProgress<HubProgress>? progress, CancellationToken cancellationToken) =>
        new BlobDownload(file, ForFile(HttpMethod.Get, file.Listing, file.Name), connection, options).DownloadAsync(blob, progress, cancellationToken);

    private async Task<byte[]> ReadAllAsync(HttpResponseMessage response, HubRequest request, CancellationToken cancellationToken)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var all = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await connection.ReadAsync(body, buffer, request, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            all.Write(buffer, 0, read);
            if (all.Length > LongestListing)
            {
                throw new InvalidDataException($"{request.What}: the list of files is longer than {LongestListing:N0} bytes; check HF_ENDPOINT.");
            }
        }

        return response.Content.Headers.ContentLength is { } announced && announced != all.Length && response.StatusCode == HttpStatusCode.OK
            ? throw new TransientHttpException($"{request.What}: the list of files ended after {all.Length:N0} of {announced:N0} bytes")
            : all.ToArray();
    }

    private HubRequest ForFile(HttpMethod method, HubListing listing, string file)
    {
        string path = string.Join('/', HubFileName.Checked(file, listing.Model).Split('/').Select(Uri.EscapeDataString));
        return new HubRequest(method, Below($"{listing.Model.Repository}/resolve/{listing.Commit}/{path}"), listing.Model) { File = file };
    }

    private Uri Below(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
}
