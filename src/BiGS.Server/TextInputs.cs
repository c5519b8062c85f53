using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Pipelines;

namespace BiGS.Server;

/// <summary>A text, or one that is tokens of the model's vocabulary already.</summary>
/// <param name="Text">Null where there are ids.</param>
/// <param name="Ids">Null where there is a text.</param>
internal readonly record struct TextInput(string? Text, IReadOnlyList<int>? Ids = null)
{
    public bool IsEmpty => Text is null or "" && Ids is null or [];

    public static implicit operator TextInput(string text) => new(text);
}

/// <summary>One text or a list of texts: <c>"text"</c>, <c>["text", …]</c>, <c>[id, …]</c>, <c>[[id, …], …]</c>.</summary>
/// <param name="Texts">One or several.</param>
/// <param name="IsBatch">Whether they came as a list.</param>
[JsonConverter(typeof(Reader))]
internal sealed record TextInputs(IReadOnlyList<TextInput> Texts, bool IsBatch)
{
    private sealed class Reader : JsonConverter<TextInputs>
    {
        private const string Expected = "expected a text, a list of texts, or tokens of the vocabulary as numbers";

        public override TextInputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String || JsonValueReader.BeginsWith(reader, JsonTokenType.Number)
                ? new TextInputs([One(ref reader, Expected)], IsBatch: false)
                : new TextInputs(JsonValueReader.List(ref reader, One, Expected), IsBatch: true);

        public override void Write(Utf8JsonWriter writer, TextInputs value, JsonSerializerOptions options) => throw new NotSupportedException();

        private static TextInput One(ref Utf8JsonReader reader, string expected) => reader.TokenType == JsonTokenType.StartArray
            ? new TextInput(null, JsonValueReader.List(ref reader, JsonValueReader.Number, expected))
            : JsonValueReader.Text(ref reader, expected);
    }
}

/// <summary>What a classifier reads: <c>"text"</c>, a pair <c>["text", "text"]</c>, or a batch of both <c>[["text"], ["text", "text"], …]</c>.</summary>
/// <param name="Texts">Texts and pairs.</param>
/// <param name="IsBatch">Whether a list is to be answered by a list.</param>
[JsonConverter(typeof(Reader))]
internal sealed record TextPairInputs(IReadOnlyList<ModelText> Texts, bool IsBatch)
{
    private sealed class Reader : JsonConverter<TextPairInputs>
    {
        private const string Expected = "expected a text, a pair [text, text], or a batch [[text], [text, text], …]";

        public override TextPairInputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? new TextPairInputs([JsonValueReader.Text(ref reader)], IsBatch: false)
            : JsonValueReader.BeginsWith(reader, JsonTokenType.StartArray) ? new TextPairInputs(JsonValueReader.List(ref reader, Pair, Expected), IsBatch: true)
            : new TextPairInputs([Pair(ref reader, Expected)], IsBatch: false);

        public override void Write(Utf8JsonWriter writer, TextPairInputs value, JsonSerializerOptions options) => throw new NotSupportedException();

        private static ModelText Pair(ref Utf8JsonReader reader, string expected) => JsonValueReader.List(ref reader, JsonValueReader.Text, expected) switch
        {
            [var only] => only,
            [var first, var second] => new ModelText(first, second),
            _ => throw new JsonException(expected),
        };
    }
}

/// <summary>Tokens of one text or of several: <c>[id, …]</c>, <c>[[id, …], …]</c>.</summary>
/// <param name="Rows">Of each text.</param>
/// <param name="IsBatch">Whether they came as a list of lists.</param>
[JsonConverter(typeof(Reader))]
internal sealed record TokenIds(IReadOnlyList<List<int>> Rows, bool IsBatch)
{
    private sealed class Reader : JsonConverter<TokenIds>
    {
        private const string Expected = "expected tokens as numbers, or a list of such lists";

        public override TokenIds Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonValueReader.BeginsWith(reader, JsonTokenType.StartArray)
                ? new TokenIds(JsonValueReader.List(ref reader, One, Expected), IsBatch: true)
                : new TokenIds([One(ref reader, Expected)], IsBatch: false);

        public override void Write(Utf8JsonWriter writer, TokenIds value, JsonSerializerOptions options) => throw new NotSupportedException();

        private static List<int> One(ref Utf8JsonReader reader, string expected) => JsonValueReader.List(ref reader, JsonValueReader.Number, expected);
    }
}

/// <summary>Values that come in more than one shape are read piece by piece; what does not fit is told with what would, and the serialiser adds where.</summary>
internal static class JsonValueReader
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
