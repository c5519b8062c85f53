using System.Net;

namespace BiGS.Server;

/// <summary>Where the server listens and what it lets in. Names and usual values are those of text-embeddings-inference.</summary>
internal sealed record ServerOptions
{
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Tokens of texts that are read together.</summary>
    public int MaxBatchTokens { get; init; } = 16_384;

    /// <summary>Requests that may be under way; one more is answered with 429.</summary>
    public int MaxConcurrentRequests { get; init; } = 512;

    /// <summary>Texts of one request.</summary>
    public int MaxClientBatchSize { get; init; } = 32;

    /// <summary>Bytes of one request.</summary>
    public int PayloadLimit { get; init; } = 2_000_000;

    /// <summary>From a request's first byte to its answer.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests that are under way may go on once the server is asked to stop.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a client must show; null lets everyone in.</summary>
    public string? ApiKey { get; init; }
}
