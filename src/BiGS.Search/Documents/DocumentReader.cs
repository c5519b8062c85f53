using BiGS.Files;

namespace BiGS.Search.Documents;

/// <summary>What is in a file.</summary>
/// <param name="Documents">In their order; none where it is skipped.</param>
/// <param name="Skipped">Why it cannot be searched; null where it can.</param>
internal sealed record FileContents(IReadOnlyList<FileDocument> Documents, SkippedFile? Skipped);

/// <summary>Reads documents of every kind: by its extension a file belongs to one of the formats in this folder.</summary>
internal static class DocumentReader
{
    /// <summary>The extensions for messages.</summary>
    public const string Supported = ".txt, .md, .html, .pdf, .docx, .json, .jsonl, .csv, .tsv or that of a programming language, texts also with .gz";

    private static readonly (Func<string, DocumentOptions, IEnumerable<FileDocument>> Read, bool MayBeCompressed, string Extensions)[] Formats =
    [
        (PlainTextFormat.Read, true, $"{PlainTextFormat.Prose} {PlainTextFormat.SourceCode}"),
        (HtmlFormat.Read, true, ".html .htm .xhtml"),
        (JsonFormat.Read, true, ".json"),
        (JsonLinesFormat.Read, true, ".jsonl .ndjson"),
        (TableFormat.Read, true, ".csv .tsv .tab"),
        (PdfFormat.Read, false, ".pdf"),
        (WordFormat.Read, false, ".docx .docm .dotx"),
    ];

    private static readonly Dictionary<string, (Func<string, DocumentOptions, IEnumerable<FileDocument>> Read, bool MayBeCompressed)> ByExtension = Formats
        .SelectMany(format => format.Extensions.Split(' '), (format, extension) => (extension, format))
        .ToDictionary(pair => pair.extension, pair => (pair.format.Read, pair.format.MayBeCompressed));

    /// <summary>Whether a file may be a document by its name. Those without an extension, such as README and Makefile, are texts unless their bytes say otherwise.</summary>
    public static bool CanRead(string path) => Find(path) is not null;

    /// <param name="path">The file.</param>
    /// <param name="options">Limits, and where texts are.</param>
    /// <exception cref="DocumentException">It is none of the documents that its extension promises, too large, encrypted, or without text.</exception>
    /// <exception cref="InvalidDataException">Broken gzip.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        bool hasText = false;
        foreach (FileDocument document in (Find(path) ?? throw new DocumentException(SkipReason.UnknownKind, $"'{path}': expected a file that ends in {Supported}"))(path, options))
        {
            hasText |= !string.IsNullOrWhiteSpace(document.Text);
            yield return document;
        }

        if (!hasText)
        {
            throw new DocumentException(SkipReason.NoText, $"'{path}' holds no text");
        }
    }

    /// <summary>Reads a file to its end, whatever is wrong with it.</summary>
    /// <param name="folder">The folder that is searched.</param>
    /// <param name="file">As it leads there from the folder.</param>
    /// <param name="options">Limits, and where texts are.</param>
    public static FileContents ReadAll(string folder, string file, DocumentOptions options)
    {
        try
        {
            return new FileContents([.. Read(Path.Combine(folder, file), options)], null);
        }
        catch (DocumentException unusable)
        {
            return new FileContents([], new SkippedFile(file, unusable.Reason, unusable.Message));
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new FileContents([], new SkippedFile(file, SkipReason.Unreadable, broken.Message));
        }
    }

    private static Func<string, DocumentOptions, IEnumerable<FileDocument>>? Find(string path)
    {
        string extension = FileNames.ExtensionOf(path);
        return extension.Length == 0 ? PlainTextFormat.Read
            : ByExtension.TryGetValue(extension, out var format) && (format.MayBeCompressed || !FileNames.IsCompressed(path)) ? format.Read
            : null;
    }
}
