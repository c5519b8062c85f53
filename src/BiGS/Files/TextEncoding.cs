using System.Text;

namespace BiGS.Files;

/// <summary>Encodings by their names.</summary>
internal static class TextEncoding
{
    // The longest first: UTF-32's begins with UTF-16's.
    private static readonly Encoding[] WithMark = [Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true), Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode];

    /// <summary>The encoding whose byte-order mark a text begins with; null where there is none.</summary>
    public static Encoding? Marked(ReadOnlySpan<byte> text)
    {
        foreach (Encoding known in WithMark)
        {
            if (text.StartsWith(known.Preamble))
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>An encoding, those of Windows, DOS and East Asia too.</summary>
    /// <param name="name">As IANA registers it, such as <c>windows-1252</c>.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static Encoding Named(string name) => Find(name)
        ?? throw new ArgumentException($"there is no encoding \"{name}\"; expected a name such as utf-8, utf-16, latin1, windows-1252, windows-1251, shift_jis or gb18030");

    /// <summary>The same; null where there is none of this name.</summary>
    public static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
