using BiGS.Search.Documents;

namespace BiGS.Search;

/// <summary>How an index is made.</summary>
public sealed record IndexOptions
{
    /// <summary>The most tokens of a passage, [CLS] and [SEP] included; null for 128, or what the model reads if that is less.</summary>
    public int? PassageTokens { get; init; }

    /// <summary>The most tokens that neighbours share; null for a quarter of a passage.</summary>
    public int? Overlap { get; init; }

    /// <summary>
    /// The field of JSON objects, or the column of tables, that holds the text; a file without it is left out. Null for <c>text</c> where an object has
    /// that, and for all of its texts where it has not.
    /// </summary>
    public string? TextField { get; init; }

    /// <summary>The most bytes of a file, as it lies there and unpacked: 64 MB by default, some ten thousand pages. Larger ones are left out.</summary>
    public long MaxFileBytes { get; init; } = DocumentOptions.UsualMaxFileBytes;

    /// <summary>Which of the model's prompts stands before every passage, as the model was opened with; null for its default one.</summary>
    public string? PromptName { get; init; }

    /// <summary>Whether English words are found in all their forms, "plants" by "planted": Porter's stemmer.</summary>
    public bool Stemming { get; init; }

    /// <summary>The file of the index; null for a hidden one among the documents. A folder means a file in it.</summary>
    public string? IndexPath { get; init; }

    /// <summary>Where the model is, so that a search finds it again; null for the embedding model that ships with BiGS.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Whether an index that was made otherwise is emptied and made anew.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>How far indexing has come.</summary>
/// <param name="File">The file that is read.</param>
/// <param name="Completed">New and changed files behind it.</param>
/// <param name="Total">New and changed files.</param>
/// <param name="Embedded">Passages embedded so far.</param>
/// <param name="Fraction">Of the bytes of these files, those that are in the index: 0 to 1.</param>
/// <param name="TimeLeft">If the rest takes as long as what is done; null before anything is.</param>
public readonly record struct IndexProgress(string File, int Completed, int Total, int Embedded, double Fraction, TimeSpan? TimeLeft);

/// <summary>What became of an index.</summary>
/// <param name="IndexPath">Its file.</param>
/// <param name="Files">Files in it now.</param>
/// <param name="Passages">Passages in it now.</param>
/// <param name="Read">Files that were new or had changed.</param>
/// <param name="Removed">Files that were in it and are no more.</param>
/// <param name="Embedded">Passages that were embedded.</param>
/// <param name="Skipped">Files and folders that are not in the index, each with the reason.</param>
public sealed record IndexUpdate(string IndexPath, int Files, int Passages, int Read, int Removed, int Embedded, IReadOnlyList<SkippedFile> Skipped);
