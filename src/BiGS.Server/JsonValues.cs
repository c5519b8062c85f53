using System.Text.Json;

namespace BiGS.Server;

/// <summary>Values that come in more than one shape are read piece by piece; what does not fit is told with what would, and the serialiser adds where.</summary>
internal static class JsonValues
{
    /// <summary>A text; half of a surrogate pair is none, and no tokenizer could say what it is.</summary>
    public static string Text(ref Utf8JsonReader reader, string expected = "expected a text")
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException(expected);
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("the text is not Unicode: half of a surrogate pair (\\ud800 to \\udfff), or bytes that are not UTF-8");
        }
    }

    public static int Number(ref Utf8JsonReader reader, string expected) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : throw new JsonException(expected);

    /// <summary>The items of a list, each read where the reader stands.</summary>
    public static List<T> List<T>(ref Utf8JsonReader reader, Item<T> item, string expected)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException(expected);
        }

        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(item(ref reader, expected));
        }

        return items;
    }

    /// <summary>Whether the list that begins here begins with something of a kind.</summary>
    public static bool BeginsWith(Utf8JsonReader reader, JsonTokenType kind) => reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == kind;

    public delegate T Item<out T>(ref Utf8JsonReader reader, string expected);
}
