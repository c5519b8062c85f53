using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis;
using UglyToad.PdfPig.DocumentLayoutAnalysis.PageSegmenter;
using UglyToad.PdfPig.DocumentLayoutAnalysis.ReadingOrderDetector;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.DocumentLayoutAnalysis.WordExtractor;
using UglyToad.PdfPig.Exceptions;

namespace BiGS.Search.Documents;

/// <summary>
/// PDF, a document for each page: blocks of text as they lie on the page (Docstrum; O'Gorman 1993), column by column, words that a line end hyphenates in
/// one. A file is read on a thread of its own, which is left behind if it takes too long: pages are drawn by programs, and the library cannot be stopped.
/// </summary>
internal static partial class PdfFormat
{
    private const int StackBytes = 64 << 20;

    /// <summary>A page with more, such as a map or a table of small print, is read in the order in which it is drawn: finding blocks takes the square of its words.</summary>
    private const int MostLetters = 20_000;

    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        if (new FileInfo(path).Length > options.MaxFileBytes)
        {
            throw DocumentText.TooLarge(path, "is larger than", options);
        }

        using var stopped = new CancellationTokenSource();
        List<FileDocument>? pages = null;
        Exception? failure = null;
        void ReadPages()
        {
            try
            {
                pages = Pages(path, options, stopped.Token);
            }
            catch (Exception broken)
            {
                failure = broken; // thrown again below, on the thread that waits
            }
        }

        var thread = new Thread(ReadPages, StackBytes) { IsBackground = true, Name = "reads a PDF" };
        thread.Start();
        if (!thread.Join(options.TimeLimit))
        {
            stopped.Cancel();
            throw new DocumentException(SkipReason.Unreadable, $"'{path}' takes longer than {options.TimeLimit.TotalSeconds:N0} s to read; print it to a new PDF, or save its text");
        }

        return failure is null
            ? pages!
            : throw (failure as DocumentException ?? (failure is PdfDocumentEncryptedException
                ? new DocumentException(SkipReason.Encrypted, $"'{path}' needs a password; save it without one", failure)
                : new DocumentException(SkipReason.Unreadable, $"'{path}' is a damaged PDF ({failure.Message.ReplaceLineEndings(" ")}); fetch it again, or print it to a new one", failure)));
    }

    private static List<FileDocument> Pages(string path, DocumentOptions options, CancellationToken stopped)
    {
        using PdfDocument document = PdfDocument.Open(path, new ParsingOptions
        {
            UseLenientParsing = true,
            SkipMissingFonts = true,
            FilterProvider = new BoundedFilters(path, options),
        });
        string? title = document.Information.Title is { Length: > 0 } named && !string.IsNullOrWhiteSpace(named) ? named.Trim() : null;
        var pages = new List<FileDocument>();
        long characters = 0;
        for (int number = 1; number <= document.NumberOfPages; number++)
        {
            stopped.ThrowIfCancellationRequested();
            string text = Text(document.GetPage(number));
            characters += text.Length;
            if (characters > options.MaxFileBytes)
            {
                throw DocumentText.TooLarge(path, "has more text than", options);
            }

            pages.Add(FileDocument.WithoutLines(text) with { Page = number, Title = title });
        }

        return pages.Exists(page => page.Text.Length > 0) ? pages : throw new DocumentException(
            SkipReason.NoText, $"'{path}' holds no text on its {document.NumberOfPages:N0} pages, only pictures (a scan?); have its text recognised first (OCR)");
    }

    private static string Text(Page page)
    {
        if (page.Letters.Count > MostLetters)
        {
            return ContentOrderTextExtractor.GetText(page, addDoubleNewline: true).ReplaceLineEndings("\n").Trim();
        }

        IReadOnlyList<TextBlock> blocks = DocstrumBoundingBoxes.Instance.GetBlocks(NearestNeighbourWordExtractor.Instance.GetWords(page.Letters));
        string text = string.Join("\n\n", UnsupervisedReadingOrderDetector.Instance.Get(blocks).Select(block => block.Text));
        return Hyphenated().Replace(text.ReplaceLineEndings("\n"), "$1$2").Trim();
    }

    [GeneratedRegex(@"(\p{Ll})-\n(\p{Ll})")]
    private static partial Regex Hyphenated();
}
