using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BiGS.Files;

namespace BiGS.Tokenizers;

/// <summary>A tokenizer on disk: vocab.txt with tokenizer_config.json, as Hugging Face lays them out, or tokenizer.json.</summary>
internal static class TokenizerFolder
{
    private const string VocabularyFile = "vocab.txt";
    private const string ConfigFile = "tokenizer_config.json";
    private const string FastFile = "tokenizer.json";

    /// <summary>Every file that may tell of a tokenizer: what goes along where a model is copied.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [VocabularyFile, FastFile, ConfigFile, "special_tokens_map.json", "added_tokens.json"];

    // Tokenizer classes of Hugging Face that are BERT's under another name.
    private static readonly string[] BertClasses =
        ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "PreTrainedTokenizer"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Copies what one folder has of a tokenizer into another.</summary>
    public static void CopyFiles(string from, string to)
    {
        foreach (string name in FileNames.Where(name => File.Exists(Path.Combine(from, name))))
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        }
    }

    public static BertTokenizer Open(string path, bool? lowerCase)
    {
        if (Directory.Exists(path))
        {
            return OpenFolder(path, lowerCase);
        }
        return Path.GetExtension(path) == ".json"
            ? TokenizerJson.Open(path, lowerCase)
            : new BertTokenizer(WordPieceVocabulary.Open(path), new BertNormalizer { LowerCase = lowerCase ?? true });
    }

    /// <summary>Each file is whole under its name or not there, and the vocabulary comes last: where it is, the rest is too.</summary>
    public static void Save(BertTokenizer tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        var config = new JsonObject
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = tokenizer.Normalizer.LowerCase,
            ["strip_accents"] = tokenizer.Normalizer.StripAccents,
            ["tokenize_chinese_chars"] = tokenizer.Normalizer.TokenizeChineseChars,
            ["pad_token"] = "[PAD]",
            ["unk_token"] = "[UNK]",
            ["cls_token"] = "[CLS]",
            ["sep_token"] = "[SEP]",
            ["mask_token"] = "[MASK]",
        };
        if (tokenizer.AdditionalSpecialTokens.Count > 0)
        {
            config["additional_special_tokens"] = new JsonArray([.. tokenizer.AdditionalSpecialTokens.Select(token => (JsonNode)token)]);
        }
        WholeFile.WriteText(Path.Combine(folder, ConfigFile), config.ToJsonString(Indented) + "\n");
        tokenizer.Vocabulary.Save(Path.Combine(folder, VocabularyFile));
    }

    private static BertTokenizer OpenFolder(string folder, bool? lowerCase)
    {
        string vocabulary = Path.Combine(folder, VocabularyFile);
        string config = Path.Combine(folder, ConfigFile);
        string fast = Path.Combine(folder, FastFile);
        using JsonDocument? options = File.Exists(config) ? JsonFile.Parse(config) : null;
        bool saysCase = options?.RootElement.TryGetProperty("do_lower_case", out _) ?? false;
        // Beside a vocabulary of unknown case, tokenizer.json knows it.
        if (File.Exists(fast) && !(File.Exists(vocabulary) && saysCase))
        {
            return TokenizerJson.Open(fast, lowerCase);
        }
        if (!File.Exists(vocabulary))
        {
            throw new FileNotFoundException(
                $"{folder} holds no tokenizer: expected {VocabularyFile} (with {ConfigFile}) or {FastFile} in it", vocabulary);
        }
        var pieces = WordPieceVocabulary.Open(vocabulary);
        if (options is null)
        {
            return new BertTokenizer(pieces, new BertNormalizer { LowerCase = lowerCase ?? true });
        }
        var reader = new JsonFile(config);
        (BertNormalizer normalizer, string[] specials) = ReadConfig(options.RootElement, pieces, reader);
        reader.ThrowIfRefused();
        return new BertTokenizer(pieces, lowerCase is bool lower ? normalizer with { LowerCase = lower } : normalizer, specials);
    }

    private static (BertNormalizer Normalizer, string[] Specials) ReadConfig(
        JsonElement config, WordPieceVocabulary vocabulary, JsonFile reader)
    {
        reader.Expect(config, "tokenizer_class", value => value.ValueKind == JsonValueKind.String
            && BertClasses.Contains(value.GetString()!.Replace("Fast", "", StringComparison.Ordinal)));
        reader.Expect(config, "do_basic_tokenize", value => value.ValueKind == JsonValueKind.True);
        reader.Expect(config, "never_split", value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);
        foreach ((string key, string token) in (IEnumerable<(string, string)>)
            [("pad_token", "[PAD]"), ("unk_token", "[UNK]"), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"), ("mask_token", "[MASK]")])
        {
            reader.Expect(config, key, value => Content(value) == token);
        }
        string[] specials = [];
        reader.Expect(config, "additional_special_tokens", value =>
        {
            specials = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Content)] : [""];
            return specials.All(token => vocabulary.TryGetId(token, out _));
        });
        reader.Expect(config, "added_tokens_decoder", value => value.ValueKind == JsonValueKind.Object
            && value.EnumerateObject().All(added => WordPieceVocabulary.SpecialTokens.Concat(specials).Contains(Content(added.Value))
                && added.Name == vocabulary.Id(Content(added.Value)).ToString(CultureInfo.InvariantCulture)));
        return (new BertNormalizer
        {
            LowerCase = reader.Boolean(config, "do_lower_case") ?? true,
            StripAccents = reader.Boolean(config, "strip_accents"),
            TokenizeChineseChars = reader.Boolean(config, "tokenize_chinese_chars") ?? true,
        }, specials);
    }

    // A token is written as its text, or as an object with its text and flags.
    private static string Content(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token.GetString()!,
        JsonValueKind.Object when token.TryGetProperty("content", out JsonElement content) => content.ToString(),
        _ => "",
    };
}
