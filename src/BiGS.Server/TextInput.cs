using System.Text.Json;
using System.Text.Json.Serialization;

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
[JsonConverter(typeof(Reader))]
internal sealed record Inputs(IReadOnlyList<TextInput> Texts)
{
    private sealed class Reader : JsonConverter<Inputs>
    {
        private const string Expected = "expected a text, a list of texts, or tokens of the vocabulary as numbers";

        public override Inputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String || JsonValues.BeginsWith(reader, JsonTokenType.Number)
                ? new Inputs([One(ref reader, Expected)])
                : new Inputs(JsonValues.List(ref reader, One, Expected));

        public override void Write(Utf8JsonWriter writer, Inputs value, JsonSerializerOptions options) => throw new NotSupportedException();

        private static TextInput One(ref Utf8JsonReader reader, string expected) => reader.TokenType == JsonTokenType.StartArray
            ? new TextInput(null, JsonValues.List(ref reader, JsonValues.Number, expected))
            : JsonValues.Text(ref reader, expected);
    }
}
