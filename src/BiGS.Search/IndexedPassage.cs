namespace BiGS.Search;

/// <summary>A passage and where it stands.</summary>
/// <param name="File">As it leads there from the folder that was indexed.</param>
/// <param name="Line">The line that it begins in (in .jsonl files and tables, that of its document), from 1; 0 where a file has no lines: .html, .pdf, .docx.</param>
/// <param name="Start">Characters of Unicode before it: in the file, or in the text of its line or page. Every line end counts as one.</param>
/// <param name="End">The same at its end.</param>
/// <param name="Text">What stands there.</param>
public sealed record IndexedPassage(string File, long Line, int Start, int End, string Text)
{
    /// <summary>What its document is called; null where it does not say.</summary>
    public string? Title { get; init; }

    /// <summary>The page that it stands on, from 1; null where a file has none.</summary>
    public int? Page { get; init; }
}
