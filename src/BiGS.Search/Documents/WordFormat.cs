using System.IO.Compression;
using System.Text;
using System.Xml;
using BiGS.Files;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;

namespace BiGS.Search.Documents;

/// <summary>Documents of Word (.docx): paragraphs, headings, the rows of tables, footnotes and endnotes, in their order.</summary>
internal static class WordFormat
{
    /// <summary>What an encrypted document and the old .doc begin with.</summary>
    private static readonly byte[] CompoundFile = [0xD0, 0xCF, 0x11, 0xE0];

    public static IEnumerable<FileDocument> Read(string path, DocumentOptions options)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            RequireWithinLimits(path, file, options);
            using WordprocessingDocument document = WordprocessingDocument.Open(file, isEditable: false, new OpenSettings { MaxCharactersInPart = options.MaxFileBytes });
            MainDocumentPart main = document.MainDocumentPart ?? throw new DocumentException(SkipReason.Unreadable, $"'{path}' is no document of Word: it has no main part");
            var text = new StringBuilder();
            string? heading = Append(text, main);
            foreach (OpenXmlPart? notes in (OpenXmlPart?[])[main.FootnotesPart, main.EndnotesPart])
            {
                if (notes is not null)
                {
                    Append(text, notes);
                }
            }

            string? title = document.PackageProperties.Title is { Length: > 0 } named ? named : heading;
            return [FileDocument.WithoutLines(text.ToString().TrimEnd()) with { Title = title }];
        }
        catch (Exception broken) when (broken is OpenXmlPackageException or FileFormatException or XmlException or InvalidDataException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            throw new DocumentException(SkipReason.Unreadable, $"'{path}' is a damaged document of Word ({broken.Message}); open and save it again", broken);
        }
    }

    private static void RequireWithinLimits(string path, FileStream file, DocumentOptions options)
    {
        Span<byte> start = stackalloc byte[CompoundFile.Length];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(CompoundFile))
        {
            throw new DocumentException(SkipReason.Encrypted, $"'{path}' needs a password, or is of Word's old format; save it without a password, as .docx");
        }

        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Where(part => FileNames.ExtensionOf(part.FullName) is ".xml" or ".rels").Sum(part => part.Length) > options.MaxFileBytes)
        {
            throw DocumentText.TooLarge(path, "unpacks to more than", options);
        }

        file.Position = 0;
    }

    /// <summary>The text of a part, read as a stream of elements; returns its first heading.</summary>
    private static string? Append(StringBuilder text, OpenXmlPart part)
    {
        string? heading = null;
        bool isHeading = false;
        int paragraph = text.Length;
        int cells = 0;
        using OpenXmlReader reader = OpenXmlReader.Create(part);
        for (bool more = reader.Read(); more;)
        {
            if (reader.IsStartElement && reader.ElementType == typeof(AlternateContentFallback))
            {
                reader.Skip(); // the same again, for older programs
                more = !reader.EOF;
                continue;
            }

            Type element = reader.ElementType;
            if (reader.IsStartElement)
            {
                (isHeading, paragraph) = element == typeof(Paragraph) ? (false, text.Length) : (isHeading, paragraph);
                isHeading |= element == typeof(ParagraphStyleId) && IsHeading(reader);
                cells += element == typeof(TableCell) ? 1 : 0;
                text.Append(element == typeof(Text) ? reader.GetText() : element == typeof(TabChar) ? "\t" : element == typeof(Break) || element == typeof(CarriageReturn) ? "\n" : "");
            }
            else if (element == typeof(Paragraph))
            {
                heading ??= isHeading && text.Length > paragraph ? text.ToString(paragraph, text.Length - paragraph).Trim() : null;
                EndParagraph(text, cells > 0 ? " " : "\n\n");
            }
            else if (element == typeof(TableCell))
            {
                cells--;
                EndParagraph(text, "\t");
            }
            else if (element == typeof(TableRow))
            {
                EndParagraph(text, "\n");
            }
            else if (element == typeof(Table))
            {
                text.Append('\n');
            }

            more = reader.Read();
        }

        return heading;
    }

    private static bool IsHeading(OpenXmlReader reader) =>
        reader.Attributes.FirstOrDefault(attribute => attribute.LocalName == "val").Value is { } style
        && (style.StartsWith("Heading", StringComparison.OrdinalIgnoreCase) || style.Equals("Title", StringComparison.OrdinalIgnoreCase));

    /// <summary>One end for several: a cell's last paragraph ends with the cell, and a row's last cell with the row.</summary>
    private static void EndParagraph(StringBuilder text, string end)
    {
        while (text.Length > 0 && text[^1] is ' ' or '\t')
        {
            text.Length--;
        }

        if (text.Length > 0 && !(text[^1] == '\n' && end == "\n"))
        {
            text.Append(end);
        }
    }
}
