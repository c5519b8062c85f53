using System.Text;
using System.Text.Json;

namespace BiGS.Files;

/// <summary>A file that is one JSON document, gzipped or not.</summary>
internal static class JsonDocuments
{
    /// <param name="path">The file.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is no JSON, or holds half a surrogate pair.</exception>
    public static JsonDocument Open(string path, Encoding? encoding = null)
    {
        InputFile.Require(path);

        byte[] json = TextLines.AllBytes(path, encoding);
        try
        {
            JsonLines.RequireWholeCharacters(json, start => JsonLines.Where(path, json, start));
            return JsonDocument.Parse(json);
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"'{path}', line {broken.LineNumber + 1}: is no whole JSON file ({broken.Message}); fetch it again", broken);
        }
    }
}
