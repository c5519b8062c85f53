using System.Text.Json;
using System.Text.Json.Serialization;

namespace BiGS.Server;

/// <summary>An answer that is a list where the request has a list, and one value where it has one.</summary>
internal interface IOneOrSeveral
{
    object Value { get; }
}

/// <summary>Writes the value itself.</summary>
internal sealed class OneOrSeveralWriter : JsonConverter<IOneOrSeveral>
{
    public override bool CanConvert(Type typeToConvert) => typeof(IOneOrSeveral).IsAssignableFrom(typeToConvert);

    public override IOneOrSeveral Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, IOneOrSeveral value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value, value.Value.GetType(), options);
}
