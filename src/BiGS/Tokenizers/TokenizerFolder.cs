using System.Globalization;
using System.Text;
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
    private const string SpecialTokensFile = "special_tokens_map.json";
    private const string AddedTokensFile = "added_tokens.json";

    // Keys of ours: Hugging Face reads strip_accents alone, which then says what is true of every script but Latin and Greek.
    private const string FormKey = "unicode_normalization";
    private const string LatinAccentsKey = "strip_latin_accents";

    private static readonly (string Key, string Token)[] Roles =
        [("pad_token", "[PAD]"), ("unk_token", "[UNK]"), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"), ("mask_token", "[MASK]")];

    /// <summary>Every file that may tell of a tokenizer: what goes along where a model is copied.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [VocabularyFile, FastFile, ConfigFile, SpecialTokensFile, AddedTokensFile];

    // Tokenizer classes of Hugging Face that are BERT's under another name.
    private static readonly string[] BertClasses =
        ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "PreTrainedTokenizer"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Copies what one folder has of a tokenizer into another; what that had of one goes, since the files would contradict each
    /// other.</summary>
    public static void CopyFiles(string from, string to)
    {
        string[] own = [.. FileNames.Where(name => File.Exists(Path.Combine(from, name)))];
        Drop(to, own.Length > 0 ? FileNames.Except(own) : []);
        foreach (string name in own)
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
            ? OpenFast(path, [], lowerCase)
            : new BertTokenizer(WordPieceVocabulary.Open(path), new BertNormalizer { LowerCase = lowerCase ?? true });
    }

    /// <summary>Each file is whole under its name or not there, and the vocabulary comes last: where it is, the rest is too. Files of a
    /// tokenizer that was there before go.</summary>
    public static void Save(BertTokenizer tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        Drop(folder, [FastFile, SpecialTokensFile, AddedTokensFile]);
        BertNormalizer normalizer = tokenizer.Normalizer;
        bool latinOnly = normalizer is { LatinAccentsOnly: true, DropsAccents: true };
        var config = new JsonObject
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = normalizer.LowerCase,
            ["strip_accents"] = latinOnly ? false : normalizer.StripAccents,
            ["tokenize_chinese_chars"] = normalizer.TokenizeChineseChars,
        };
        if (latinOnly)
        {
            config[LatinAccentsKey] = true;
        }
        if (normalizer.Form is { } form)
        {
            config[FormKey] = NameOf(form);
        }
        foreach ((string key, string token) in Roles)
        {
            config[key] = token;
        }
        if (tokenizer.AdditionalSpecialTokens.Count > 0)
        {
            config["additional_special_tokens"] = new JsonArray([.. tokenizer.AdditionalSpecialTokens.Select(token => (JsonNode)token)]);
        }
        if (tokenizer.AddedTokens.Any(token => token != new AddedToken(token.Content)))
        {
            config["added_tokens_decoder"] = new JsonObject(tokenizer.AddedTokens.Select(token => KeyValuePair.Create(
                tokenizer.Vocabulary.Id(token.Content).ToString(CultureInfo.InvariantCulture), (JsonNode?)ToJson(token))));
        }
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), config.ToJsonString(Indented) + "\n");
        tokenizer.Vocabulary.Save(Path.Combine(folder, VocabularyFile));
    }

    private static BertTokenizer OpenFolder(string folder, bool? lowerCase)
    {
        string vocabulary = Path.Combine(folder, VocabularyFile);
        string fast = Path.Combine(folder, FastFile);
        string config = Path.Combine(folder, ConfigFile);
        using JsonDocument? options = File.Exists(config) ? JsonFile.Parse(config) : null;
        // Beside a vocabulary of unknown case, tokenizer.json knows it.
        bool saysCase = options?.RootElement.TryGetProperty("do_lower_case", out _) ?? false;
        if (File.Exists(fast) && !(File.Exists(vocabulary) && saysCase))
        {
            return OpenFast(fast, [config, Path.Combine(folder, SpecialTokensFile), Path.Combine(folder, AddedTokensFile)], lowerCase);
        }
        if (!File.Exists(vocabulary))
        {
            throw new FileNotFoundException(
                $"{folder} holds no tokenizer: expected {VocabularyFile} (with {ConfigFile}) or {FastFile} in it", vocabulary);
        }
        var pieces = WordPieceVocabulary.Open(vocabulary);
        BertNormalizer normalizer = options is null ? new BertNormalizer() : ReadConfig(options.RootElement, config);
        return Build(
            [.. pieces.Tokens], normalizer, lowerCase, folder, [config, Path.Combine(folder, SpecialTokensFile), Path.Combine(folder, AddedTokensFile), fast]);
    }

    private static BertTokenizer OpenFast(string path, IEnumerable<string> others, bool? lowerCase)
    {
        (List<string> tokens, BertNormalizer normalizer) = TokenizerJson.Read(path);
        return Build(tokens, normalizer, lowerCase, path, [.. others, path]);
    }

    private static BertTokenizer Build(List<string> tokens, BertNormalizer normalizer, bool? lowerCase, string place, IEnumerable<string> files)
    {
        var added = new AddedTokenFiles();
        foreach (string file in files.Where(File.Exists))
        {
            using JsonDocument document = JsonFile.Parse(file);
            switch (Path.GetFileName(file))
            {
                case ConfigFile:
                    added.ReadConfig(document.RootElement, ConfigFile);
                    break;
                case SpecialTokensFile:
                    RefuseOtherRoles(document.RootElement, file);
                    added.ReadSpecialTokensMap(document.RootElement, SpecialTokensFile);
                    break;
                case AddedTokensFile:
                    added.ReadAddedTokens(document.RootElement, AddedTokensFile);
                    break;
                default:
                    added.ReadTokenizerJson(document.RootElement, Path.GetFileName(file));
                    break;
            }
        }
        try
        {
            IReadOnlyList<AddedToken> whole = added.AppendTo(tokens);
            return new BertTokenizer(
                new WordPieceVocabulary(tokens), lowerCase is bool lower ? normalizer with { LowerCase = lower } : normalizer, whole);
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"{place}: {error.Message}", error);
        }
    }

    private static BertNormalizer ReadConfig(JsonElement config, string path)
    {
        var reader = new JsonFile(path);
        reader.Expect(config, "tokenizer_class", value => value.ValueKind == JsonValueKind.String
            && BertClasses.Contains(value.GetString()!.Replace("Fast", "", StringComparison.Ordinal)));
        reader.Expect(config, "do_basic_tokenize", value => value.ValueKind == JsonValueKind.True);
        reader.Expect(config, "never_split", value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);
        ExpectRoles(config, reader);
        NormalizationForm? form = null;
        reader.Expect(config, FormKey, value => (form = FormOf(value)) is not null);
        bool latinOnly = reader.Boolean(config, LatinAccentsKey) ?? false;
        bool lowerCase = reader.Boolean(config, "do_lower_case") ?? true;
        bool? stripAccents = reader.Boolean(config, "strip_accents");
        bool chinese = reader.Boolean(config, "tokenize_chinese_chars") ?? true;
        reader.ThrowIfRefused();
        return new BertNormalizer
        {
            LowerCase = lowerCase,
            StripAccents = !latinOnly ? stripAccents : lowerCase ? null : true,
            LatinAccentsOnly = latinOnly,
            TokenizeChineseChars = chinese,
            Form = form,
        };
    }

    private static void RefuseOtherRoles(JsonElement map, string path)
    {
        var reader = new JsonFile(path);
        ExpectRoles(map, reader);
        reader.ThrowIfRefused();
    }

    private static void ExpectRoles(JsonElement config, JsonFile reader)
    {
        foreach ((string key, string token) in Roles)
        {
            reader.Expect(config, key, value => JsonFile.TokenText(value) == token);
        }
    }

    private static void Drop(string folder, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            File.Delete(Path.Combine(folder, name));
        }
    }

    private static JsonObject ToJson(AddedToken token) => new()
    {
        ["content"] = token.Content,
        ["lstrip"] = token.LeftStrip,
        ["normalized"] = token.Normalized,
        ["rstrip"] = token.RightStrip,
        ["single_word"] = token.SingleWord,
        ["special"] = token.Special,
    };

    private static string NameOf(NormalizationForm form) => form == NormalizationForm.FormKC ? "nfkc" : "nfc";

    private static NormalizationForm? FormOf(JsonElement name) => name.ValueKind != JsonValueKind.String ? null : name.GetString() switch
    {
        "nfc" => NormalizationForm.FormC,
        "nfkc" => NormalizationForm.FormKC,
        _ => null,
    };
}
