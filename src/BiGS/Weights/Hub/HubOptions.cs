namespace BiGS.Weights;

/// <summary>Where the hub is, where its files are kept, and how patient to be. A class, not a record: a record would print its token.</summary>
public sealed class HubOptions
{
    /// <summary>The only host that is shown the token.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>The folder that Python's tools call <c>HF_HUB_CACHE</c>, shared with them.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Opens private and gated repositories; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Use what the cache has, and ask nobody.</summary>
    public bool Offline { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a host may say nothing, before its answer or within it.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the hub may take to answer where the cache could answer in its place.</summary>
    public TimeSpan MaxWaitWhenCached { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often something is tried without coming any further.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest pause between two attempts, whatever Retry-After asks for.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How the pause between two attempts is spent.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Delay { get; init; } = Task.Delay;

    /// <summary>What dates in Retry-After are compared with.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// The environment as Python's tools read it: <c>HF_ENDPOINT</c>, <c>HF_HUB_CACHE</c> or <c>HF_HOME</c>, <c>HF_TOKEN</c> or the file
    /// <c>HF_HOME/token</c>, <c>HF_HUB_OFFLINE</c>.
    /// </summary>
    /// <param name="variable">A variable's value, or null; by default the process's own.</param>
    /// <exception cref="ArgumentException"><c>HF_ENDPOINT</c> is no http or https address.</exception>
    public static HubOptions FromEnvironment(Func<string, string?>? variable = null)
    {
        string? Named(string name) => (variable ?? Environment.GetEnvironmentVariable)(name) is { Length: > 0 } value ? value : null;
        string user = Named("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string Expanded(string path) => Path.GetFullPath(path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? user + path[1..] : path);
        string home = Expanded(Named("HF_HOME") ?? Path.Combine(Named("XDG_CACHE_HOME") ?? "~/.cache", "huggingface"));
        string tokenFile = Path.Combine(home, "token");
        string? token = Named("HF_TOKEN") ?? (File.Exists(tokenFile) ? File.ReadAllText(tokenFile) : null);
        return new HubOptions
        {
            Endpoint = Address(Named("HF_ENDPOINT") ?? "https://huggingface.co"),
            CacheFolder = Expanded(Named("HF_HUB_CACHE") ?? Path.Combine(home, "hub")),
            Token = token?.Trim() is { Length: > 0 } given ? given : null,
            Offline = Named("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri!
            : throw new ArgumentException($"HF_ENDPOINT is \"{text}\"; expected an address such as https://huggingface.co.");
}
