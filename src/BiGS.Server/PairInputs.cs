using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Pipelines;

namespace BiGS.Server;

/// <summary>What a classifier reads: <c>"text"</c>, a pair <c>["text", "text"]</c>, or a batch of both <c>[["text"], ["text", "text"], …]</c>.</summary>
/// <param name="Texts">Texts and pairs.</param>
/// <param name="IsBatch">Whether a list is to be answered by a list.</param>
[JsonConverter(typeof(Reader))]
internal sealed record PairInputs(IReadOnlyList<ModelText> Texts, bool IsBatch)
{
    private sealed class Reader : JsonConverter<PairInputs>
    {
        private const string Expected = "expected a text, a pair [text, text], or a batch [[text], [text, text], …]";

        public override PairInputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? new PairInputs([JsonValues.Text(ref reader)], IsBatch: false)
            : JsonValues.BeginsWith(reader, JsonTokenType.StartArray) ? new PairInputs(JsonValues.List(ref reader, Pair, Expected), IsBatch: true)
            : new PairInputs([Pair(ref reader, Expected)], IsBatch: false);

        public override void Write(Utf8JsonWriter writer, PairInputs value, JsonSerializerOptions options) => throw new NotSupportedException();

        private static ModelText Pair(ref Utf8JsonReader reader, string expected) => JsonValues.List(ref reader, JsonValues.Text, expected) switch
        {
            [var only] => only,
            [var first, var second] => new ModelText(first, second),
            _ => throw new JsonException(expected),
        };
    }
}
