namespace BiGS.Search.Documents;

/// <summary>A document of a file.</summary>
/// <param name="Line">The line of the file that it begins in, from 1; 0 where a file has no lines that its readers see: .html, .pdf, .docx.</param>
/// <param name="IsLine">Whether its whole text belongs to that line, however many line ends it has; otherwise each line end moves one line on.</param>
/// <param name="Text">All of it, every line end as one '\n'.</param>
internal sealed record FileDocument(long Line, bool IsLine, string Text)
{
    /// <summary>What it is called; null where it does not say.</summary>
    public string? Title { get; init; }

    /// <summary>The page that it is, from 1; null where a file has none.</summary>
    public int? Page { get; init; }

    /// <summary>A document that no line of its file stands for.</summary>
    public static FileDocument WithoutLines(string text) => new(0, IsLine: true, text);
}
