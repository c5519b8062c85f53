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

    private const string MaxLengthKey = "model_max_length";

    private static readonly (string Key, string Token)[] Roles =
        [("pad_token", "[PAD]"), ("unk_token", "[UNK]"), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"), ("mask_token", "[MASK]")];

    /// <summary>Every file that may tell of a tokenizer: what goes along where a model is copied.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [VocabularyFile, FastFile, ConfigFile, SpecialTokensFile, AddedTokensFile];

    // Tokenizer classes of Hugging Face that are BERT's under another name.
    private static readonly string[] BertClasses =
        ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "PreTrainedTokenizer"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Copies what one folder has of a tokenizer into another, and adds what it lacks of the files that Hugging Face's tools look for;
    /// what the other had of one goes, since the files would contradict each other.</summary>
    /// <param name="from">Has a tokenizer, or none: then nothing is done.</param>
    /// <param name="to">A folder.</param>
    /// <param name="maxLength">Tokens that the model reads; null where there is no limit, or none is known.</param>
    /// <param name="isLonger">Whether it reads more than the files say; else a smaller number of theirs stands.</param>
    /// <exception cref="InvalidDataException">The files do not make a tokenizer: says why.</exception>
    public static void CopyFiles(string from, string to, int? maxLength = null, bool isLonger = false)
    {
        string[] own = [.. FileNames.Where(name => File.Exists(Path.Combine(from, name)))];
        if (own.Length == 0)
        {
            return;
        }
        Drop(to, FileNames.Except(own));
        foreach (string name in own)
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name), overwrite: true);
        }
        Complete(to, maxLength, isLonger);
    }

    private static void Complete(string folder, int? maxLength, bool isLonger)
    {
        BertTokenizer tokenizer = Open(folder, null);
        string config = Path.Combine(folder, ConfigFile);
        JsonObject before = File.Exists(config) ? JsonNode.Parse(File.ReadAllText(config))!.AsObject() : Config(tokenizer);
        bool saysLength = !isLonger && before[MaxLengthKey] is JsonValue value && value.TryGetValue(out int length) && length <= maxLength;
        if (!File.Exists(config) || (maxLength is not null && !saysLength))
        {
            before[MaxLengthKey] = maxLength;
            WriteConfig(before, folder);
        }
        WriteForOthers(tokenizer, folder, replace: false);
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
    public static void Save(BertTokenizer tokenizer, string folder, int? maxLength)
    {
        Directory.CreateDirectory(folder);
        Drop(folder, [FastFile, SpecialTokensFile, AddedTokensFile]);
        JsonObject config = Config(tokenizer);
        config[MaxLengthKey] = maxLength;
        WriteConfig(config, folder);
        WriteForOthers(tokenizer, folder, replace: true);
        tokenizer.Vocabulary.Save(Path.Combine(folder, VocabularyFile));
    }

    // tokenizer_config.json, but for the model's length.
    private static JsonObject Config(BertTokenizer tokenizer)
    {
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
        AddRoles(config, tokenizer);
        if (tokenizer.AddedTokens.Any(token => token != new AddedToken(token.Content)))
        {
            config["added_tokens_decoder"] = new JsonObject(tokenizer.AddedTokens.Select(token => KeyValuePair.Create(
                tokenizer.Vocabulary.Id(token.Content).ToString(CultureInfo.InvariantCulture), (JsonNode?)ToJson(token))));
        }
        return config;
    }

    // Without a length there is no key: it would be Hugging Face's to guess one.
    private static void WriteConfig(JsonObject config, string folder)
    {
        if (config[MaxLengthKey] is null)
        {
            config.Remove(MaxLengthKey);
        }
        AtomicFile.WriteText(Path.Combine(folder, ConfigFile), config.ToJsonString(Indented) + "\n");
    }

    // What Hugging Face's fast tokenizers and transformers.js read in place of vocab.txt.
    private static void WriteForOthers(BertTokenizer tokenizer, string folder, bool replace)
    {
        string special = Path.Combine(folder, SpecialTokensFile);
        if (replace || !File.Exists(special))
        {
            var map = new JsonObject();
            AddRoles(map, tokenizer);
            AtomicFile.WriteText(special, map.ToJsonString(Indented) + "\n");
        }
        string fast = Path.Combine(folder, FastFile);
        if ((replace || !File.Exists(fast)) && TokenizerJsonWriter.CanWrite(tokenizer.Normalizer))
        {
            AtomicFile.WriteText(fast, TokenizerJsonWriter.Write(tokenizer));
        }
    }

    private static void AddRoles(JsonObject file, BertTokenizer tokenizer)
    {
        foreach ((string key, string token) in Roles)
        {
            file[key] = token;
        }
        if (tokenizer.AdditionalSpecialTokens.Count > 0)
        {
            file["additional_special_tokens"] = new JsonArray([.. tokenizer.AdditionalSpecialTokens.Select(token => (JsonNode)token)]);
        }
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
