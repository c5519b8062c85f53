namespace BiGS.Support;

/// <summary>A request as the server saw it.</summary>
/// <param name="Host">"hub", or "store" for the other host, which has the bytes of large files.</param>
/// <param name="Method">HEAD or GET.</param>
/// <param name="Path">Without its query.</param>
/// <param name="From">The first byte of a Range.</param>
/// <param name="Authorization">What was shown.</param>
internal sealed record HubCall(string Host, string Method, string Path, long? From, string? Authorization)
{
    public bool IsList => Path.StartsWith("/api/models/", StringComparison.Ordinal);

    /// <summary>Whether bytes of a file are asked for, and not what it is called or what it looks like.</summary>
    public bool IsContent => Method == "GET" && !IsList;
}

/// <summary>What the server does in place of its duty, or within it.</summary>
internal sealed record Mischief
{
    /// <summary>Answers with this status and nothing else.</summary>
    public int? Status { get; init; }

    /// <summary>With this Retry-After.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>With this X-Error-Code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Redirects there.</summary>
    public string? Location { get; init; }

    /// <summary>Sends this in place of the body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Cuts the connection after so many bytes of the body; -1: before the headers.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Whether the cut is a reset, which may take with it what was sent before, and not a plain end.</summary>
    public bool Resets { get; init; }

    /// <summary>Sends all from the first byte, whatever Range says.</summary>
    public bool IgnoresRange { get; init; }

    /// <summary>Says nothing more after CutAfter bytes, but holds the connection.</summary>
    public bool FallsSilent { get; init; }
}

/// <summary>A repository with one commit.</summary>
internal sealed class HubRepository(string name, string? commit = null)
{
    public string Name { get; } = name;

    public string Commit { get; } = commit ?? Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    public Dictionary<string, HubContent> Files { get; } = [];

    public HubRepository Add(string file, byte[] bytes, bool large = false)
    {
        Files[file] = new HubContent(bytes, large);
        return this;
    }

    public HubRepository Add(string file, string text) => Add(file, System.Text.Encoding.UTF8.GetBytes(text));
}

/// <param name="Bytes">What it is.</param>
/// <param name="IsLarge">Whether Git LFS keeps it: the hub redirects to the store, and its hash is SHA-256.</param>
internal sealed record HubContent(byte[] Bytes, bool IsLarge)
{
    public string Etag { get; } = Convert.ToHexStringLower(IsLarge
        ? System.Security.Cryptography.SHA256.HashData(Bytes)
        : System.Security.Cryptography.SHA1.HashData([.. System.Text.Encoding.ASCII.GetBytes($"blob {Bytes.Length}\0"), .. Bytes]));
}
