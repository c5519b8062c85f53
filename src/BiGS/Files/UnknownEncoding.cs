using System.Buffers;
using System.Text;

namespace BiGS.Files;

/// <summary>What bytes that are not UTF-8 seem to be, and what to do about it.</summary>
internal static class UnknownEncoding
{
    /// <summary>Where the encoding of a file is given, for messages.</summary>
    public const string Setting = "CorpusOptions.Encoding or TableOptions.Encoding";

    private const int Looked = 1 << 12;

    private static readonly (byte[] Start, string Remedy)[] NoText =
    [
        ("PK\u0003\u0004"u8.ToArray(), "it is a zip archive or a spreadsheet; save the sheet as CSV or text, or unpack it"),
        ([0xD0, 0xCF, 0x11, 0xE0], "it is a document or spreadsheet of Microsoft Office; save it as CSV or text"),
        ([0x1F, 0x8B], "it is compressed with gzip; give it a name that ends in .gz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed with zstd; unpack it"),
        ("BZh"u8.ToArray(), "it is compressed with bzip2; unpack it"),
        ("PAR1"u8.ToArray(), "it is Parquet; give it a name that ends in .parquet"),
        ("%PDF-"u8.ToArray(), "it is a PDF; convert it to text (pdftotext)"),
    ];

    /// <summary>What to do with a file that is no text at all, by the bytes that it begins with; null where it may be text.</summary>
    public static string? RemedyForNoText(ReadOnlySpan<byte> start)
    {
        foreach ((byte[] known, string remedy) in NoText)
        {
            if (start.StartsWith(known))
            {
                return remedy;
            }
        }

        return null;
    }

    /// <summary>UTF-16 or UTF-32 without a byte-order mark: zero bytes, all in the same places of each character; null where it is neither.</summary>
    public static string? WideName(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(Looked, text.Length & ~3)];
        Span<int> zeros = stackalloc int[4];
        for (int i = 0; i < text.Length; i++)
        {
            zeros[i % 4] += text[i] == 0 ? 1 : 0;
        }

        int few = Math.Max(1, text.Length / 100);
        return (zeros[0] >= few, zeros[1] >= few, zeros[2] >= few, zeros[3] >= few) switch
        {
            (false, true, true, true) or (false, false, true, true) => "utf-32le",
            (true, true, true, false) or (true, true, false, false) => "utf-32be",
            (false, true, false, true) => "utf-16le",
            (true, false, true, false) => "utf-16be",
            _ => null,
        };
    }

    /// <summary>What to do with text that has a byte which is not UTF-8.</summary>
    /// <param name="text">From the line of that byte on.</param>
    public static string Remedy(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(Looked, text.Length)];
        (int whole, int broken, int controls) = Count(text);

        // In the languages of Western Europe few letters have accents.
        return whole > broken ? "most of it is UTF-8: mend that line, or drop such bytes (iconv -c -f UTF-8 -t UTF-8)"
            : broken > text.Length / 4 && text.Length > 16
                ? $"it seems to be in the encoding of another script; give {Setting}, such as gb18030, shift_jis, euc-kr, windows-1251 or koi8-r, or save it as UTF-8"
            : controls > 0 ? $"it looks like Windows-1252; {RemedyFor("windows-1252")}"
            : $"it looks like Latin-1; {RemedyFor("latin1")}";
    }

    /// <summary>Whether bytes that are not UTF-8 are the exception among characters that are.</summary>
    public static bool IsMostlyUtf8(ReadOnlySpan<byte> text)
    {
        (int whole, int broken, _) = Count(text);
        return whole > 4 * broken; // texts of East Asia look like UTF-8 here and there
    }

    /// <summary>How to read, or to convert, text of an encoding.</summary>
    public static string RemedyFor(string encoding) => $"give {Setting} = {encoding}, or save the file as UTF-8 (iconv -f {encoding.ToUpperInvariant()} -t UTF-8)";

    /// <summary>Characters of several bytes, bytes that belong to none, and those of them that are control characters in Latin-1.</summary>
    private static (int Whole, int Broken, int Controls) Count(ReadOnlySpan<byte> text)
    {
        (int whole, int broken, int controls) = (0, 0, 0);
        for (ReadOnlySpan<byte> rest = text; rest.Length > 0;)
        {
            bool isWhole = Rune.DecodeFromUtf8(rest, out _, out int length) == OperationStatus.Done;
            whole += isWhole && length > 1 ? 1 : 0;
            broken += isWhole ? 0 : length;
            controls += !isWhole && rest[0] < 0xA0 ? 1 : 0;
            rest = rest[length..];
        }

        return (whole, broken, controls);
    }
}
