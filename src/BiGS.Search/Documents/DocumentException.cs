namespace BiGS.Search.Documents;

/// <summary>A file cannot be read as the document that it should be; the message names the file, what is wrong and what to do.</summary>
internal sealed class DocumentException(SkipReason reason, string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>What is wrong, in one word.</summary>
    public SkipReason Reason { get; } = reason;
}
