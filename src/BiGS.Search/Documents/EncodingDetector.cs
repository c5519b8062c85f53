using System.Text;
using System.Text.Unicode;
using BiGS.Files;
using UtfUnknown;

namespace BiGS.Search.Documents;

/// <summary>
/// Text from bytes of an unknown encoding. A byte-order mark decides; then the zero bytes of UTF-16 and UTF-32; then whether all is UTF-8. What is left
/// is guessed from the frequency of letters (UTF.Unknown, after Mozilla's detector), and Windows-1252 if that fails.
/// </summary>
internal static class EncodingDetector
{
    private const int Guessed = 1 << 20;

    /// <summary>The standards' encodings, and the wider ones of Windows in which such texts are really written.</summary>
    private static readonly Dictionary<string, string> Wider = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ascii"] = "windows-1252",
        ["iso-8859-1"] = "windows-1252",
        ["euc-kr"] = "ks_c_5601-1987",
        ["gb2312"] = "gb18030",
        ["hz-gb-2312"] = "gb18030",
    };

    /// <param name="path">For messages.</param>
    /// <param name="bytes">The whole text.</param>
    /// <param name="declared">What the text says of itself, which counts where its bytes do not tell otherwise; empty where it says nothing.</param>
    /// <exception cref="DocumentException">The bytes are not text.</exception>
    public static string Decode(string path, ReadOnlySpan<byte> bytes, string declared = "")
    {
        if (TextEncoding.Marked(bytes) is { } marked)
        {
            return marked.GetString(bytes[marked.Preamble.Length..]);
        }

        if (UnknownEncoding.RemedyForNoText(bytes) is { } remedy)
        {
            throw new DocumentException(SkipReason.Binary, $"'{path}' is not text: {remedy}");
        }

        return Known(UnknownEncoding.WideName(bytes)) is { } wide && Fits(wide, bytes) ? wide.GetString(bytes)
            : IsBinary(bytes) ? throw new DocumentException(SkipReason.Binary, $"'{path}' is not text: it has bytes that no text has")
            : Utf8.IsValid(bytes) || UnknownEncoding.IsMostlyUtf8(bytes) ? Encoding.UTF8.GetString(bytes)
            : Known(declared) is { } said && Fits(said, bytes) ? said.GetString(bytes)
            : Guess(bytes).GetString(bytes);
    }

    /// <summary>Whether there is a zero byte, or more than one control character in twenty.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        int controls = 0;
        foreach (byte value in bytes)
        {
            if (value == 0)
            {
                return true;
            }

            controls += value < ' ' && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B) ? 1 : 0;
        }

        return controls > bytes.Length / 20;
    }

    private static Encoding Guess(ReadOnlySpan<byte> bytes)
    {
        string? name = CharsetDetector.DetectFromBytes(bytes[..Math.Min(Guessed, bytes.Length)].ToArray()).Detected?.EncodingName;
        return Known(name) is { } found && Fits(found, bytes) && (!found.IsSingleByte || !IsKorean(bytes)) ? found
            : IsKorean(bytes) ? Known("ks_c_5601-1987")!
            : Known("windows-1252")!;
    }

    /// <summary>Whether most letters are Hangul in the code page of Korean Windows. The detector knows EUC-KR alone, which lacks three in four of the syllables.</summary>
    private static bool IsKorean(ReadOnlySpan<byte> bytes)
    {
        Encoding korean = Known("ks_c_5601-1987")!;
        string text = korean.GetString(bytes);
        return Fits(korean, bytes) && 2 * text.Count(c => c is >= '\uAC00' and <= '\uD7A3') > text.Count(char.IsLetter);
    }

    private static Encoding? Known(string? name) => string.IsNullOrEmpty(name) ? null : TextEncoding.Find(Wider.GetValueOrDefault(name, name));

    /// <summary>Whether nearly all bytes are characters of an encoding: a note may have a broken one.</summary>
    private static bool Fits(Encoding encoding, ReadOnlySpan<byte> bytes) => encoding.GetString(bytes).AsSpan().Count('\uFFFD') <= bytes.Length / 100;
}
