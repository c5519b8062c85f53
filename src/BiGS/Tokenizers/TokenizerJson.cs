using System.Globalization;
using System.Text.Json;

namespace BiGS.Tokenizers;

/// <summary>Hugging Face's tokenizer.json, as far as it describes BERT's tokenizer; whatever else it asks for is refused by name.</summary>
internal static class TokenizerJson
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken, or describes another tokenizer.</exception>
    public static BertTokenizer Open(string path, bool? lowerCase)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} was not found: expected a tokenizer.json", path);
        }
        using JsonDocument document = JsonFile.Parse(path);
        JsonElement root = document.RootElement;
        var reader = new JsonFile(path);
        reader.ExpectOnly(root, "", "version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        BertNormalizer normalizer = ReadNormalizer(root, reader);
        reader.Require(root, "pre_tokenizer", value => IsOf(value, "BertPreTokenizer"));
        reader.Expect(root, "post_processor", IsBertTemplate);
        reader.Expect(root, "decoder", value => IsOf(value, "WordPiece") && Has(value, "prefix", "##") && !IsFalse(value, "cleanup"));
        List<string> tokens = ReadModel(root, path, reader);
        List<string> specials = ReadAddedTokens(root, tokens, reader);
        reader.ThrowIfRefused();
        try
        {
            return new BertTokenizer(
                new WordPieceVocabulary(tokens), lowerCase is bool lower ? normalizer with { LowerCase = lower } : normalizer, specials);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    private static BertNormalizer ReadNormalizer(JsonElement root, JsonFile reader)
    {
        reader.Require(root, "normalizer", value => IsOf(value, "BertNormalizer"));
        if (!root.TryGetProperty("normalizer", out JsonElement normalizer) || normalizer.ValueKind != JsonValueKind.Object)
        {
            return new BertNormalizer();
        }
        const string Within = "normalizer.";
        reader.ExpectOnly(normalizer, Within, "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
        reader.Expect(normalizer, "clean_text", value => value.ValueKind == JsonValueKind.True, Within);
        return new BertNormalizer
        {
            LowerCase = reader.Boolean(normalizer, "lowercase", Within) ?? true,
            StripAccents = reader.Boolean(normalizer, "strip_accents", Within),
            TokenizeChineseChars = reader.Boolean(normalizer, "handle_chinese_chars", Within) ?? true,
        };
    }

    private static List<string> ReadModel(JsonElement root, string path, JsonFile reader)
    {
        if (!root.TryGetProperty("model", out JsonElement model) || model.ValueKind != JsonValueKind.Object
            || !model.TryGetProperty("vocab", out JsonElement vocabulary) || vocabulary.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{path} has no model.vocab that maps tokens to ids: expected a WordPiece model");
        }
        const string Within = "model.";
        reader.ExpectOnly(model, Within, "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
        foreach ((string key, string value) in (IEnumerable<(string, string)>)
            [("type", "WordPiece"), ("unk_token", "[UNK]"), ("continuing_subword_prefix", "##")])
        {
            reader.Expect(model, key, _ => Has(model, key, value), Within);
        }
        reader.Expect(model, "max_input_chars_per_word", value => value.GetRawText() == "100", Within);
        var tokens = new SortedDictionary<int, string>();
        foreach (JsonProperty token in vocabulary.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || !tokens.TryAdd(id, token.Name))
            {
                throw new InvalidDataException($"{path}: model.vocab gives \"{token.Name}\" the id {token.Value}: expected each id once");
            }
        }
        if (tokens.Count > 0 && (tokens.First().Key != 0 || tokens.Last().Key != tokens.Count - 1))
        {
            throw new InvalidDataException(
                $"{path}: model.vocab has {tokens.Count} tokens with ids from {tokens.First().Key} to {tokens.Last().Key}: "
                + $"expected 0 to {tokens.Count - 1}");
        }
        return [.. tokens.Values];
    }

    // Tokens added after the vocabulary get the ids behind it.
    private static List<string> ReadAddedTokens(JsonElement root, List<string> tokens, JsonFile reader)
    {
        var specials = new List<string>();
        reader.Expect(root, "added_tokens", list =>
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                return false;
            }
            foreach (JsonElement added in list.EnumerateArray().OrderBy(Id))
            {
                int id = Id(added);
                string content = Text(added, "content");
                if (id == tokens.Count && content.Length > 0)
                {
                    tokens.Add(content);
                }
                if (content.Length > 0 && id >= 0 && id < tokens.Count && tokens[id] == content && IsTrue(added, "special")
                    && !IsTrue(added, "single_word") && !IsTrue(added, "lstrip") && !IsTrue(added, "rstrip")
                    && !IsTrue(added, "normalized"))
                {
                    specials.Add(content);
                }
                else
                {
                    reader.Refuse("added_tokens", added);
                }
            }
            return true;
        });
        return specials;
    }

    // [CLS] A [SEP] and [CLS] A [SEP] B [SEP], in either of the two ways in which it is written.
    private static bool IsBertTemplate(JsonElement value)
    {
        if (IsOf(value, "BertProcessing"))
        {
            return Names(value, "cls").FirstOrDefault() == "[CLS]" && Names(value, "sep").FirstOrDefault() == "[SEP]";
        }
        return IsOf(value, "TemplateProcessing")
            && Names(value, "single").SequenceEqual(["[CLS]:0", "A:0", "[SEP]:0"])
            && Names(value, "pair").SequenceEqual(["[CLS]:0", "A:0", "[SEP]:0", "B:1", "[SEP]:1"]);
    }

    // The strings of ["[CLS]", 101], or "id:type_id" for each {"SpecialToken" or "Sequence": {"id", "type_id"}}.
    private static IEnumerable<string> Names(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => item.ValueKind != JsonValueKind.Object ? item.ToString()
                : item.EnumerateObject().Select(part => part.Value).Where(part => part.ValueKind == JsonValueKind.Object)
                    .Select(part => $"{Text(part, "id")}:{Text(part, "type_id")}").FirstOrDefault(""))
            : [];

    private static string Text(JsonElement parent, string key) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out JsonElement value) ? value.ToString() : "";

    private static bool IsOf(JsonElement value, string type) => Has(value, "type", type);

    private static bool Has(JsonElement parent, string key, string text) => Text(parent, key) == text;

    private static bool IsTrue(JsonElement parent, string key) => Text(parent, key) == bool.TrueString;

    private static bool IsFalse(JsonElement parent, string key) => Text(parent, key) == bool.FalseString;

    private static int Id(JsonElement added) => int.TryParse(Text(added, "id"), CultureInfo.InvariantCulture, out int id) ? id : -1;
}
