using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace BiGS.Search.Tests.Documents;

/// <summary>Small documents of the kinds that are not written by hand.</summary>
internal static class SampleDocuments
{
    /// <summary>A PDF; each page has lines of text at places, in points from the lower left.</summary>
    public static byte[] Pdf(params (double X, double Y, string Text)[][] pages)
    {
        using var builder = new PdfDocumentBuilder();
        PdfDocumentBuilder.AddedFont font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach ((double X, double Y, string Text)[] lines in pages)
        {
            PdfPageBuilder page = builder.AddPage(UglyToad.PdfPig.Content.PageSize.A4);
            foreach ((double x, double y, string text) in lines)
            {
                page.AddText(text, 11, new PdfPoint(x, y), font);
            }
        }

        return builder.Build();
    }

    /// <summary>A PDF written out object by object; the first is its catalogue.</summary>
    public static byte[] RawPdf(string trailer, params byte[][] objects)
    {
        using var file = new MemoryStream();
        file.Write("%PDF-1.4\n"u8);
        var starts = new List<long>();
        foreach ((int number, byte[] content) in objects.Index())
        {
            starts.Add(file.Length);
            file.Write(Encoding.Latin1.GetBytes($"{number + 1} 0 obj\n"));
            file.Write(content);
            file.Write("\nendobj\n"u8);
        }

        long table = file.Length;
        file.Write(Encoding.Latin1.GetBytes($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n{string.Concat(starts.Select(start => $"{start:d10} 00000 n \n"))}"));
        file.Write(Encoding.Latin1.GetBytes($"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    /// <summary>A PDF of one page whose drawing program is given, compressed.</summary>
    public static byte[] PdfWithContent(byte[] content, string trailer = "")
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(content);
        }

        byte[] stream = [.. Encoding.Latin1.GetBytes($"<< /Length {packed.Length} /Filter /FlateDecode >>\nstream\n"), .. packed.ToArray(), .. "\nendstream"u8];
        return RawPdf(
            trailer,
            "<< /Type /Catalog /Pages 2 0 R >>"u8.ToArray(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"u8.ToArray(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >> >>"u8.ToArray(),
            stream);
    }

    /// <summary>A PDF that asks for a password.</summary>
    public static byte[] EncryptedPdf()
    {
        string noise = string.Concat(Enumerable.Range(0, 32).Select(i => $"{((i * 37) + 11) % 256:x2}"));
        return PdfWithContent([], $"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{noise}> /U <{noise}> /P -4 >> /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]");
    }

    /// <summary>A document of Word: a heading, a paragraph in two runs, a table of two rows, a footnote.</summary>
    public static byte[] Word()
    {
        using var file = new MemoryStream();
        using (var document = WordprocessingDocument.Create(file, WordprocessingDocumentType.Document))
        {
            MainDocumentPart main = document.AddMainDocumentPart();
            static Paragraph Line(params string[] runs) => new(runs.Select(run => new Run(new Text(run) { Space = SpaceProcessingModeValues.Preserve })));
            static TableCell Cell(string text) => new(Line(text));
            var heading = new Paragraph(new ParagraphProperties(new ParagraphStyleId { Val = "Heading1" }), new Run(new Text("Growing tomatoes")));
            main.Document = new Document(new Body(
                heading,
                Line("Plant them ", "after the last frost."),
                new Table(new TableRow(Cell("month"), Cell("work")), new TableRow(Cell("May"), Cell("planting"))),
                Line("Water at the root.")));
            FootnotesPart notes = main.AddNewPart<FootnotesPart>();
            notes.Footnotes = new Footnotes(new Footnote(Line("In the north, June.")) { Id = 1 });
        }

        return file.ToArray();
    }

    /// <summary>A document of Word whose one paragraph is as long as is asked for, of one letter.</summary>
    public static byte[] WordBomb(int letters)
    {
        using var file = new MemoryStream();
        using (var document = WordprocessingDocument.Create(file, WordprocessingDocumentType.Document))
        {
            document.AddMainDocumentPart().Document = new Document(new Body(new Paragraph(new Run(new Text(new string('a', letters))))));
        }

        return file.ToArray();
    }
}
