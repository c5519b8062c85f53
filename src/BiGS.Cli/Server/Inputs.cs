using System.Text.Json;
using System.Text.Json.Serialization;

namespace BiGS.Cli.Server;

/// <summary>A text or a list of texts.</summary>
[JsonConverter(typeof(Reader))]
internal sealed record Inputs(IReadOnlyList<string> Texts)
{
    private sealed class Reader : JsonConverter<Inputs>
    {
        public override Inputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => new Inputs([reader.GetString()!]),
            JsonTokenType.StartArray => new Inputs(JsonSerializer.Deserialize<string[]>(ref reader, options)!),
            _ => throw new JsonException("expected a text or a list of texts"),
        };

        public override void Write(Utf8JsonWriter writer, Inputs value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
