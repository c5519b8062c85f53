using System.Globalization;

namespace BiGS.Weights;

/// <summary>
/// Gathers what the endpoint's answers say of a file. For what Git LFS keeps, the first answer is a redirect and says it in
/// <c>X-Linked-Etag</c> and <c>X-Linked-Size</c>; else <c>ETag</c> and <c>Content-Length</c> of the last do.
/// </summary>
internal sealed class HubFileMetadata
{
    private string? _commit;
    private string? _linkedEtag;
    private string? _linkedSize;
    private string? _etag;
    private long? _size;

    public void Add(HttpResponseMessage answer)
    {
        string? Header(string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
        _commit ??= Header("X-Repo-Commit");
        _linkedEtag ??= Header("X-Linked-Etag");
        _linkedSize ??= Header("X-Linked-Size");
        if (answer.IsSuccessStatusCode)
        {
            _etag = Header("ETag");
            _size = answer.Content.Headers.ContentLength;
        }
    }

    /// <exception cref="InvalidDataException">Something is missing, or belongs to another commit.</exception>
    public HubFile Of(HubListing listing, string file)
    {
        string etag = Plain(_linkedEtag ?? _etag ?? "");
        long? size = long.TryParse(_linkedSize, NumberStyles.None, CultureInfo.InvariantCulture, out long linked) ? linked : _size;
        if (_commit is { } commit && commit != listing.Commit)
        {
            throw new InvalidDataException($"{listing.Model}, {file}: the hub answers for the commit {commit}; expected {listing.Commit}. Run it again.");
        }

        bool isHash = etag.Length is 40 or 64 && etag.All(char.IsAsciiHexDigitLower);
        return isHash && size is >= 0
            ? new HubFile(listing, file, etag, size.Value)
            : throw new InvalidDataException(
                $"{listing.Model}, {file}: the hub gives it the ETag \"{etag}\" and {(size is { } bytes ? $"{bytes} bytes" : "no size")}; "
                + "expected a SHA-256 or a Git SHA-1 and a size, without which it cannot be verified. Check HF_ENDPOINT.");
    }

    /// <summary>Without quotes and the mark of a weak one.</summary>
    private static string Plain(string etag) => (etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag).Trim('"');
}
