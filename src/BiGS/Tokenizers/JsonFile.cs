using System.Text.Json;

namespace BiGS.Tokenizers;

/// <summary>Reads a JSON file of options and collects, by name, every value that cannot be honoured, to be told in one error.</summary>
internal sealed class JsonFile(string path)
{
    private readonly List<string> _refused = [];

    /// <exception cref="InvalidDataException">The file is not a JSON object.</exception>
    public static JsonDocument Parse(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document
                : throw new InvalidDataException($"{path} holds a JSON {document.RootElement.ValueKind}: expected an object");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not JSON: {error.Message}", error);
        }
    }

    /// <summary>A value is absent, null, or as it must be; else its key is refused.</summary>
    public void Expect(JsonElement parent, string key, Func<JsonElement, bool> honoured, string within = "")
    {
        if (parent.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null && !honoured(value))
        {
            Refuse(within + key, value);
        }
    }

    /// <summary>A value is present and as it must be; else its key is refused.</summary>
    public void Require(JsonElement parent, string key, Func<JsonElement, bool> honoured)
    {
        if (!parent.TryGetProperty(key, out JsonElement value) || !honoured(value))
        {
            Refuse(key, value);
        }
    }

    public bool? Boolean(JsonElement parent, string key, string within = "")
    {
        bool? result = null;
        Expect(parent, key, value =>
        {
            result = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
            return result is not null;
        }, within);
        return result;
    }

    /// <summary>Refuses keys that nobody here has heard of: they may change the result.</summary>
    public void ExpectOnly(JsonElement parent, string within, params ReadOnlySpan<string> known)
    {
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (!known.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
            {
                Refuse(within + property.Name, property.Value);
            }
        }
    }

    /// <exception cref="InvalidDataException">Something was refused.</exception>
    public void ThrowIfRefused()
    {
        if (_refused.Count > 0)
        {
            throw new InvalidDataException($"{path} asks for what BERT's WordPiece tokenizer does not do: {string.Join("; ", _refused)}. "
                + "Remove these, or use a tokenizer that encodes as bert-base does");
        }
    }

    /// <summary>The text of a token that is written as its text, or as an object with its text and flags; empty for anything else.</summary>
    public static string TokenText(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token.GetString()!,
        JsonValueKind.Object when token.TryGetProperty("content", out JsonElement content) => content.ToString(),
        _ => "",
    };

    public void Refuse(string name, JsonElement value)
    {
        const int Longest = 60;
        string text = value.ValueKind == JsonValueKind.Undefined ? "(absent)" : value.GetRawText().ReplaceLineEndings(" ");
        _refused.Add($"{name} = {(text.Length > Longest ? text[..Longest] + "…" : text)}");
    }
}
