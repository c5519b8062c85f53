using System.Text;

namespace BiGS.Files;

/// <summary>Encodings by their names.</summary>
internal static class TextEncoding
{
    /// <summary>An encoding, those of Windows, DOS and East Asia too.</summary>
    /// <param name="name">As IANA registers it, such as <c>windows-1252</c>.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static Encoding Named(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException(
                $"there is no encoding \"{name}\"; expected a name such as utf-8, utf-16, latin1, windows-1252, windows-1251, shift_jis or gb18030", unknown);
        }
    }
}
