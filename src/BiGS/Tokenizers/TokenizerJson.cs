using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BiGS.Tokenizers;

/// <summary>Hugging Face's tokenizer.json, as far as it describes BERT's tokenizer; whatever else it asks for is refused by name.</summary>
internal static class TokenizerJson
{
    /// <summary>The vocabulary and how text is normalised; what is said of added tokens is <see cref="AddedTokenFiles"/>' to read.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is broken, or describes another tokenizer.</exception>
    public static (List<string> Tokens, BertNormalizer Normalizer) Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} was not found: expected a tokenizer.json", path);
        }
        using JsonDocument document = JsonFile.Parse(path);
        JsonElement root = document.RootElement;
        var reader = new JsonFile(path);
        // Where texts are cut and how far they are padded is whoever encodes to say: both sections hold what a trainer last used.
        reader.ExpectOnly(
            root, "", "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        BertNormalizer normalizer = ReadNormalizer(root, reader);
        reader.Require(root, "pre_tokenizer", value => IsOf(value, "BertPreTokenizer"));
        reader.Expect(root, "post_processor", IsBertTemplate);
        reader.Expect(root, "decoder", value => IsOf(value, "WordPiece") && Has(value, "prefix", "##") && !IsFalse(value, "cleanup"));
        List<string> tokens = ReadModel(root, path, reader);
        reader.ThrowIfRefused();
        return (tokens, normalizer);
    }

    // A BertNormalizer, or a sequence of one with steps around it that it can take over.
    private static BertNormalizer ReadNormalizer(JsonElement root, JsonFile reader)
    {
        if (!root.TryGetProperty("normalizer", out JsonElement whole) || !IsOf(whole, "Sequence"))
        {
            reader.Require(root, "normalizer", value => IsOf(value, "BertNormalizer"));
            return whole.ValueKind == JsonValueKind.Object ? ReadBert(whole, reader) : new BertNormalizer();
        }
        if (ReadByScript(whole) is { } byScript)
        {
            return byScript;
        }
        JsonElement[] steps = whole.TryGetProperty("normalizers", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
        BertNormalizer? bert = null;
        NormalizationForm? form = null;
        (bool decomposed, bool stripped, bool lower) = (false, false, false);
        foreach (JsonElement step in steps)
        {
            switch (Text(step, "type"))
            {
                case "BertNormalizer" when bert is null:
                    bert = ReadBert(step, reader);
                    break;
                case "NFC" when bert is null && !decomposed:
                    form ??= NormalizationForm.FormC;
                    break;
                case "NFKC" when bert is null && !decomposed:
                    form = NormalizationForm.FormKC;
                    break;
                case "NFD":
                    decomposed = true;
                    break;
                case "StripAccents" when decomposed:
                    stripped = true;
                    break;
                case "Lowercase":
                    lower = true;
                    break;
                default:
                    reader.Refuse("normalizer.Sequence", step);
                    break;
            }
        }
        if (bert is null || (decomposed && !stripped && !bert.DropsAccents))
        {
            reader.Refuse(bert is null ? "normalizer without a BertNormalizer" : "normalizer with NFD and without StripAccents", whole);
            return new BertNormalizer();
        }
        return bert with { LowerCase = bert.LowerCase || lower, StripAccents = stripped || bert.DropsAccents ? true : bert.StripAccents ?? false, Form = form };
    }

    // Accents of Latin and Greek letters alone are a sequence of our own, which is known as a whole; null of any other.
    private static BertNormalizer? ReadByScript(JsonElement whole)
    {
        var written = JsonNode.Parse(whole.GetRawText());
        bool[] either = [true, false];
        IEnumerable<BertNormalizer> candidates =
            from lower in either
            from chinese in either
            from form in (NormalizationForm[])[NormalizationForm.FormC, NormalizationForm.FormKC]
            select new BertNormalizer { LowerCase = lower, StripAccents = lower ? null : true, LatinAccentsOnly = true, TokenizeChineseChars = chinese, Form = form };
        return candidates.FirstOrDefault(candidate => JsonNode.DeepEquals(TokenizerJsonWriter.Normalizer(candidate), written));
    }

    private static BertNormalizer ReadBert(JsonElement normalizer, JsonFile reader)
    {
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

    private static bool IsFalse(JsonElement parent, string key) => Text(parent, key) == bool.FalseString;
}
