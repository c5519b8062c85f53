using System.Text;
using System.Text.Json;

namespace BiGS.Files;

/// <summary>JSON Lines as objects, one a line, with their place. Blank lines are passed over.</summary>
internal static class JsonLines
{
    /// <param name="path">The file; .gz is decompressed on the way.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">A line is no JSON object, or holds half a surrogate pair.</exception>
    public static IEnumerable<(string Where, JsonElement Object)> Objects(string path, Encoding? encoding = null)
    {
        InputFile.Require(path);

        using TextLines lines = new(path, encoding);
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

    /// <summary>Finds what JSON allows and no string can hold, so that whoever reads a value later need not look for it.</summary>
    /// <param name="json">Well-formed JSON values.</param>
    /// <param name="where">File and line, told the index of the value's first byte.</param>
    /// <exception cref="InvalidDataException">A name or value holds half a surrogate pair.</exception>
    internal static void RequireWholeCharacters(ReadOnlySpan<byte> json, Func<long, string> where)
    {
        if (!json.Contains((byte)'\\'))
        {
            return;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            if (reader is { ValueIsEscaped: true, TokenType: JsonTokenType.PropertyName or JsonTokenType.String })
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException broken)
                {
                    throw new InvalidDataException($"{where(reader.TokenStartIndex)}: half a surrogate pair; mend the \\u escape", broken);
                }
            }
        }
    }

    /// <summary>The line of a byte in a whole file.</summary>
    internal static string Where(string path, ReadOnlySpan<byte> json, long start) => $"'{path}', line {1 + json[..(int)start].Count((byte)'\n')}";

    private static JsonElement Parsed(ReadOnlySpan<byte> line, string where)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            RequireWholeCharacters(line[..(int)reader.BytesConsumed], _ => where);
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
