using System.Globalization;
using System.Security.Cryptography;

namespace BiGS.Weights;

/// <summary>A file of the hub as its headers announce it.</summary>
/// <param name="Listing">Repository and commit.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Etag">Its content's hash: SHA-256 (64 hex digits) of what Git LFS keeps, else that of a Git blob, SHA-1 (40).</param>
/// <param name="Bytes">Its length.</param>
internal sealed record HubFile(HubListing Listing, string Name, string Etag, long Bytes)
{
    /// <summary>Whether a file on disk is what was announced; its length is taken to be right.</summary>
    public async Task<bool> MatchesAsync(string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(Etag.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (Etag.Length == 40)
        {
            hash.AppendData(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {Bytes}\0")));
        }

        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Etag;
    }
}
