namespace BiGS.Weights;

/// <summary>One thing asked of the hub.</summary>
/// <param name="Method">HEAD or GET.</param>
/// <param name="Address">Below the endpoint.</param>
/// <param name="Model">What messages name.</param>
internal sealed record HubRequest(HttpMethod Method, Uri Address, HubName Model)
{
    /// <summary>The file in question; null for the list of files.</summary>
    public string? File { get; init; }

    /// <summary>The first byte that is wanted.</summary>
    public long From { get; init; }

    /// <summary>Whether a redirect to another host is an answer too, because its headers say all.</summary>
    public bool StaysAtEndpoint { get; init; }

    /// <summary>Whether an answer is worth only a short wait.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>Sees every answer of the endpoint, redirects included.</summary>
    public Action<HttpResponseMessage>? Observe { get; init; }

    public string What => File is { } file ? $"{Model}, {file}" : $"{Model}";
}
