namespace BiGS.Training.Corpora;

/// <summary>How documents are found inside files.</summary>
public sealed record CorpusOptions
{
    /// <summary>The field of a .jsonl object, or the column of a .parquet file, that holds the text.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>The encoding of .txt and .jsonl files without a byte-order mark; null for UTF-8.</summary>
    public System.Text.Encoding? Encoding { get; init; }
}
