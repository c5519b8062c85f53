using System.Net;

namespace BiGS.Checkpoints;

/// <summary>The hub's three questions: what is there, what does this file look like, and its bytes.</summary>
internal sealed class HubApi(HubConnection connection, HubOptions options)
{
    private const int LongestListing = 16 << 20; // bytes

    /// <param name="model">Repository and revision.</param>
    /// <param name="isUrgent">Whether to ask only once, and to wait only briefly for an answer: for who can do without.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="HubException">There is no such repository or revision, it is not open to us, or the hub cannot be reached.</exception>
    public Task<HubListing> List(HubName model, bool isUrgent, CancellationToken cancel)
    {
        var request = new HubRequest(
            HttpMethod.Get, Below($"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}"), model)
        {
            IsUrgent = isUrgent,
        };
        return new Patience(options, isUrgent ? 1 : options.Attempts).Try(
            async () =>
            {
                using HttpResponseMessage response = await connection.Send(request, cancel).ConfigureAwait(false);
                return HubListing.Parse(await ReadAll(response, request, cancel).ConfigureAwait(false), model);
            },
            cancel);
    }

    /// <summary>Asks for the headers of a file, which the endpoint itself gives even where another host has the bytes.</summary>
    /// <exception cref="InvalidDataException">They do not say what would let its bytes be verified.</exception>
    public Task<HubFile> Describe(HubListing listing, string file, CancellationToken cancel) => new Patience(options, options.Attempts).Try(
        async () =>
        {
            var facts = new HubFileFacts();
            HubRequest request = ForFile(HttpMethod.Head, listing, file) with { StaysAtTheEndpoint = true, Observe = facts.Add };
            using HttpResponseMessage response = await connection.Send(request, cancel).ConfigureAwait(false);
            return facts.Of(listing, file);
        },
        cancel);

    public Task Bring(HubFile file, string blob, IProgress<HubProgress>? progress, CancellationToken cancel) =>
        new BlobDownload(file, ForFile(HttpMethod.Get, file.Listing, file.Name), connection, options).Bring(blob, progress, cancel);

    private async Task<byte[]> ReadAll(HttpResponseMessage response, HubRequest request, CancellationToken cancel)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var all = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await connection.Read(body, buffer, request, cancel).ConfigureAwait(false)) > 0;)
        {
            all.Write(buffer, 0, read);
            if (all.Length > LongestListing)
            {
                throw new InvalidDataException($"{request.What}: the list of files is longer than {LongestListing:N0} bytes; check HF_ENDPOINT.");
            }
        }

        return response.Content.Headers.ContentLength is { } announced && announced != all.Length && response.StatusCode == HttpStatusCode.OK
            ? throw new PassingFault($"{request.What}: the list of files ended after {all.Length:N0} of {announced:N0} bytes")
            : all.ToArray();
    }

    private HubRequest ForFile(HttpMethod method, HubListing listing, string file)
    {
        string path = string.Join('/', HubFileName.Checked(file, listing.Model).Split('/').Select(Uri.EscapeDataString));
        return new HubRequest(method, Below($"{listing.Model.Repository}/resolve/{listing.Commit}/{path}"), listing.Model) { File = file };
    }

    private Uri Below(string path) => new($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
}
