using System.Net;

namespace BiGS.Weights;

/// <summary>What the hub, or the way to it, refused; the message says what to do.</summary>
/// <param name="message">What was found, what was expected, what to do.</param>
/// <param name="status">The hub's answer, where it gave one.</param>
/// <param name="inner">What lies below.</param>
public sealed class HubException(string message, HttpStatusCode? status = null, Exception? inner = null) : IOException(message, inner)
{
    public HttpStatusCode? Status { get; } = status;

    /// <summary>To who may not see it, a repository that is there looks like one that is not.</summary>
    internal bool SaysThereIsNone => Status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized;

    /// <summary>Whether the hub gave no answer that counts: nobody there, silence, cuts, too many requests, a server in trouble.</summary>
    internal bool IsUnreachable => InnerException is TransientHttpException;
}

/// <summary>A failure that may pass: a cut connection, a silent host, a server in trouble.</summary>
/// <param name="message">What happened, without a full stop.</param>
/// <param name="inner">What lies below.</param>
internal sealed class TransientHttpException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether no host was there to fail.</summary>
    public bool IsUnreachable { get; init; }
}
