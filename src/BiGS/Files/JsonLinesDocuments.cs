using System.Text;
using System.Text.Json;

namespace BiGS.Files;

/// <summary>JSON Lines: one object a line, its text in one field. Blank lines are passed over.</summary>
internal static class JsonLinesDocuments
{
    /// <param name="path">The file.</param>
    /// <param name="field">Where each object has its text.</param>
    /// <param name="encoding">Where there is no byte-order mark; null for UTF-8.</param>
    public static IEnumerable<string> Read(string path, string field, Encoding? encoding = null) => ReadWithLines(path, field, encoding).Select(document => document.Text);

    /// <summary>The same, each with the line that it stands in.</summary>
    public static IEnumerable<(long Line, string Text)> ReadWithLines(string path, string field, Encoding? encoding = null)
    {
        using TextLines lines = new(path, encoding);
        while (lines.Advance())
        {
            lines.RequireUtf8();
            if (lines.Bytes.ContainsAnyExcept(" \t\r"u8))
            {
                yield return (lines.LineNumber, TextOf(lines, path, field));
            }
        }
    }

    private static string TextOf(TextLines line, string path, string field)
    {
        string where = $"'{path}', line {line.LineNumber}";
        try
        {
            Utf8JsonReader json = new(line.Bytes);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException(
                    $"{where}: found a JSON {Name(json.TokenType)}, expected an object such as {{\"{field}\": \"…\"}}");
            }
            string? text = null;
            // Read to the end even when the field is found, so that a broken tail does not pass.
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1)
                {
                    bool wanted = json.ValueTextEquals(field);
                    json.Read();
                    if (wanted)
                    {
                        text = json.TokenType == JsonTokenType.String
                            ? json.GetString()
                            : throw new InvalidDataException(
                                $"{where}: field \"{field}\" is a JSON {Name(json.TokenType)}, expected text; name another (CorpusOptions.TextField)");
                    }
                    json.Skip();
                }
            }
            return text ?? throw new InvalidDataException($"{where}: no field \"{field}\"; name the field that holds the text (CorpusOptions.TextField)");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException(
                $"{where}, byte {broken.BytePositionInLine}: not JSON; expected one JSON object on each line", broken);
        }
        catch (InvalidOperationException broken)
        {
            throw new InvalidDataException($"{where}: field \"{field}\" holds half a surrogate pair; mend the \\u escape", broken);
        }
    }

    private static string Name(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        _ => token.ToString().ToLowerInvariant(),
    };
}
