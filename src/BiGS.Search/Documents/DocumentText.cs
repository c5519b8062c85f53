using BiGS.Files;

namespace BiGS.Search.Documents;

/// <summary>The text of a file, gzipped or not, in whatever encoding.</summary>
internal static class DocumentText
{
    private const int ChunkSize = 1 << 16;

    /// <returns>All of it, every line end as one '\n'.</returns>
    /// <inheritdoc cref="Bytes"/>
    public static string Load(string path, DocumentOptions options)
    {
        string text = EncodingDetector.Decode(path, Bytes(path, options).Span);
        return text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
    }

    /// <summary>The lines of a text, counted from 1.</summary>
    public static IEnumerable<(long Number, string Text)> Lines(string text)
    {
        long number = 0;
        for (int start = 0; start < text.Length; number++)
        {
            int end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            yield return (number + 1, text[start..end]);
            start = end + 1;
        }
    }

    /// <summary>The bytes of a file, unpacked.</summary>
    /// <exception cref="DocumentException">More bytes than it may have, or not text.</exception>
    /// <exception cref="InvalidDataException">Broken gzip.</exception>
    public static ReadOnlyMemory<byte> Bytes(string path, DocumentOptions options)
    {
        using var file = new DecompressedFile(path);
        using var all = new MemoryStream();
        byte[] chunk = new byte[ChunkSize];
        while (file.Read(chunk) is var count and > 0)
        {
            all.Write(chunk, 0, count);
            if (all.Length > options.MaxFileBytes)
            {
                throw TooLarge(path, FileNames.IsCompressed(path) ? "unpacks to more than" : "is larger than", options);
            }
        }

        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    /// <summary>The error where a file has more bytes than it may.</summary>
    public static DocumentException TooLarge(string path, string what, DocumentOptions options) => new(SkipReason.TooLarge, $"'{path}' {what} {Limit(options)}");

    /// <summary>The limit as messages name it.</summary>
    public static string Limit(DocumentOptions options) => $"{options.MaxFileBytes:N0} bytes, the limit for a file (IndexOptions.MaxFileBytes)";
}
