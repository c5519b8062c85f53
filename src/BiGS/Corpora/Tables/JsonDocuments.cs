using System.Text.Json;
using ICSharpCode.SharpZipLib.GZip;

namespace BiGS.Corpora;

/// <summary>A file that is one JSON document, gzipped or not.</summary>
public static class JsonDocuments
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no JSON.</exception>
    public static JsonDocument Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist", path);
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream text = CorpusFiles.IsCompressed(path) ? new GZipInputStream(file) : file;
            return JsonDocument.Parse(text);
        }
        catch (Exception broken) when (broken is JsonException or ICSharpCode.SharpZipLib.SharpZipBaseException or EndOfStreamException)
        {
            throw new InvalidDataException($"'{path}' is no whole JSON file ({broken.Message}); fetch it again", broken);
        }
    }
}
