namespace BiGS.Corpora;

/// <summary>What text that is not UTF-8 seems to be, by its bytes, and what to do about it.</summary>
internal static class UnknownEncoding
{
    private const int Looked = 1 << 12;

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
            (false, true, true, true) or (false, false, true, true) => "utf-32",
            (true, true, true, false) or (true, true, false, false) => "utf-32BE",
            (false, true, false, true) => "utf-16",
            (true, false, true, false) => "utf-16BE",
            _ => null,
        };
    }

    /// <summary>What to do with text that has a byte which is not UTF-8.</summary>
    /// <param name="text">From the line of that byte on.</param>
    public static string Remedy(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(Looked, text.Length)];
        (int high, int controls) = (0, 0);
        foreach (byte b in text)
        {
            high += b >= 0x80 ? 1 : 0;
            controls += b is >= 0x80 and < 0xA0 ? 1 : 0;
        }

        // In languages of Western Europe few letters have accents.
        return text.StartsWith("PK\u0003\u0004"u8) ? "it is a zip archive or a spreadsheet; save the sheet as CSV or text"
            : text.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "it is compressed with gzip; give it a name that ends in .gz"
            : WideName(text) is { } wide ? $"it looks like {wide}; {RemedyFor(wide)}"
            : high > text.Length / 4 ? "it seems to be in the encoding of another script; give --encoding, such as gb18030, shift_jis, euc-kr, windows-1251 or koi8-r, or save it as UTF-8"
            : controls > 0 ? $"it looks like Windows-1252; {RemedyFor("windows-1252")}"
            : $"it looks like Latin-1; {RemedyFor("latin1")}";
    }

    /// <summary>How to read, or to convert, text of an encoding.</summary>
    public static string RemedyFor(string encoding) => $"give --encoding {encoding}, or save the file as UTF-8 (iconv -f {encoding.ToUpperInvariant()} -t UTF-8)";
}
