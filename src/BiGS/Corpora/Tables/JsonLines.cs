using System.Text.Json;

namespace BiGS.Corpora;

/// <summary>JSON Lines as objects, one a line, with their place. Blank lines are passed over.</summary>
public static class JsonLines
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is no JSON object.</exception>
    public static IEnumerable<(string Where, JsonElement Object)> Objects(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist", path);
        }

        using TextLines lines = new(path);
        while (lines.Advance())
        {
            lines.RequireUtf8();
            if (lines.Bytes.ContainsAnyExcept(" \t\r"u8))
            {
                string where = $"'{path}', line {lines.LineNumber}";
                yield return (where, Parsed(lines.Bytes, where));
            }
        }
    }

    private static JsonElement Parsed(ReadOnlySpan<byte> line, string where)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object && reader.BytesConsumed == line.TrimEnd(" \t\r"u8).Length
                ? document.RootElement.Clone()
                : throw new InvalidDataException($"{where}: expected one JSON object on each line");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{where}, byte {broken.BytePositionInLine}: not JSON; expected one JSON object on each line", broken);
        }
    }
}
