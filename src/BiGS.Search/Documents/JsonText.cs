using System.Text;
using System.Text.Json;

namespace BiGS.Search.Documents;

/// <summary>The text of JSON values.</summary>
internal static class JsonText
{
    private const string UsualField = "text";

    /// <summary>An object as a document: one of its fields, or all.</summary>
    /// <param name="value">The object.</param>
    /// <param name="line">The line that it begins in.</param>
    /// <param name="where">File and line, for messages.</param>
    /// <param name="textField">The field that holds the text; null for <c>text</c> where there is one, and for all where there is not.</param>
    /// <exception cref="DocumentException">There is no such field, or it holds no text.</exception>
    public static FileDocument Document(JsonElement value, long line, string where, string? textField)
    {
        try
        {
            return new FileDocument(line, IsLine: true, Text(value, where, textField)) { Title = value.TryGetProperty("title", out JsonElement title) && title.ValueKind == JsonValueKind.String ? title.GetString() : null };
        }
        catch (InvalidOperationException broken)
        {
            throw new DocumentException(SkipReason.Unreadable, $"{where}: half a surrogate pair; mend the \\u escape", broken);
        }
    }

    /// <summary>All that a value says, each text and number behind the name of its field and on a line of its own.</summary>
    public static string Fields(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, "", value);
        return text.ToString().TrimEnd('\n');
    }

    private static string Text(JsonElement value, string where, string? textField)
    {
        if (value.TryGetProperty(textField ?? UsualField, out JsonElement text) && text.ValueKind == JsonValueKind.String)
        {
            return text.GetString()!.ReplaceLineEndings("\n");
        }

        return textField is null
            ? Fields(value)
            : throw new DocumentException(
                SkipReason.Unreadable,
                text.ValueKind == JsonValueKind.Undefined ? $"{where}: no field \"{textField}\"; name the field that holds the text (IndexOptions.TextField)"
                : $"{where}: field \"{textField}\" is a JSON {text.ValueKind}, expected text; name another (IndexOptions.TextField)");
    }

    /// <summary>No deeper than the parser goes.</summary>
    private static void Append(StringBuilder text, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty field in value.EnumerateObject())
                {
                    Append(text, field.Name, field.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Append(text, name, element);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                text.Append(name.Length > 0 ? $"{name}: " : "").Append(value.ToString().ReplaceLineEndings("\n")).Append('\n');
                break;
        }
    }
}
