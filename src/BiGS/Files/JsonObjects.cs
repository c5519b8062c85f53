using System.Text;
using System.Text.Json;

namespace BiGS.Files;

/// <summary>
/// The objects of a .json file, with their place: an array of objects; an array that is a field of the only object, as in <c>{"data": […]}</c>; or objects
/// one after the other, as Hugging Face's datasets and pandas write them.
/// </summary>
internal static class JsonObjects
{
    private const string Expected = "expected an array of objects, [{\"text\": …}, …], or an object on each line";

    private static readonly JsonReaderOptions Several = new() { AllowMultipleValues = true };

    /// <exception cref="InvalidDataException">The file is no JSON, or holds something else than objects.</exception>
    public static IEnumerable<(string Where, JsonElement Object)> Read(string path, Encoding? encoding)
    {
        byte[] json = TextLines.AllBytes(path, encoding);
        (long Start, JsonElement Value)[] values = [.. Values(path, json)];
        if (values is [(_, { ValueKind: JsonValueKind.Object } only)] && ArrayIn(only) is { } name)
        {
            values = [.. Values(path, json, name)];
        }

        (int line, long at) = (1, 0);
        foreach ((long start, JsonElement value) in values)
        {
            line += json.AsSpan((int)at, (int)(start - at)).Count((byte)'\n');
            at = start;
            yield return value.ValueKind == JsonValueKind.Object
                ? ($"'{path}', line {line}", value)
                : throw new InvalidDataException($"'{path}', line {line}: found a JSON {value.ValueKind}; {Expected}");
        }
    }

    /// <summary>The field of an object that is an array of objects, if it is the only one.</summary>
    private static string? ArrayIn(JsonElement only)
    {
        string[] arrays =
        [
            .. only.EnumerateObject()
                .Where(field => field.Value.ValueKind == JsonValueKind.Array && field.Value.EnumerateArray().All(value => value.ValueKind == JsonValueKind.Object))
                .Select(field => field.Name),
        ];
        return arrays is [string name] ? name : null;
    }

    /// <summary>The values of a file, or the elements of its arrays, or of an array in its object, each with the index of its first byte.</summary>
    public static List<(long Start, JsonElement Value)> Values(string path, byte[] json, string? field = null)
    {
        var values = new List<(long, JsonElement)>();
        var reader = new Utf8JsonReader(json, Several);
        try
        {
            JsonLines.RequireWholeCharacters(json, start => JsonLines.Where(path, json, start));
            while (reader.Read())
            {
                if (field is not null && reader is { TokenType: JsonTokenType.StartObject, CurrentDepth: 0 })
                {
                    continue;
                }

                if (field is not null && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool wanted = reader.ValueTextEquals(field);
                    reader.Read();
                    if (!wanted)
                    {
                        reader.Skip();
                        continue;
                    }
                }

                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray or JsonTokenType.EndObject)
                {
                    continue;
                }

                long start = reader.TokenStartIndex;
                values.Add((start, JsonElement.ParseValue(ref reader)));
            }
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"'{path}', line {broken.LineNumber + 1}, byte {broken.BytePositionInLine}: not JSON; {Expected}", broken);
        }

        return values;
    }
}
