using System.Text.Json;
using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.SentenceTransformers;

/// <summary>
/// What a folder of sentence-transformers says besides its encoder: in <c>modules.json</c> how hidden states are pooled and what follows
/// (<c>1_Pooling</c>, <c>2_Dense</c>, <c>2_Normalize</c>), in <c>config_sentence_transformers.json</c> the prompts that are written before texts,
/// in <c>sentence_bert_config.json</c> how long a text may be. What is not known is refused by name: it would change the vectors.
/// </summary>
internal sealed record SentenceTransformer
{
    private static readonly (string Key, PoolingMode Mode, bool Usual)[] Modes =
    [
        ("pooling_mode_cls_token", PoolingMode.Cls, false),
        ("pooling_mode_max_tokens", PoolingMode.Max, false),
        ("pooling_mode_mean_tokens", PoolingMode.Mean, true),
        ("pooling_mode_mean_sqrt_len_tokens", PoolingMode.MeanSqrtLen, false),
        ("pooling_mode_weightedmean_tokens", PoolingMode.WeightedMean, false),
        ("pooling_mode_lasttoken", PoolingMode.LastToken, false),
    ];

    /// <summary>How hidden states become a vector.</summary>
    public SentencePooling Pooling { get; init; } = SentencePooling.Mean;

    /// <summary>What is written before texts, by name.</summary>
    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    /// <summary>The prompt that is written where none is named; null for none.</summary>
    public string? DefaultPromptName { get; init; }

    /// <summary>The most tokens of a text, [CLS] and [SEP] included; null for as many as the encoder reads.</summary>
    public int? MaxSequenceLength { get; init; }

    /// <summary>Whether texts are lower-cased whatever the tokenizer says.</summary>
    public bool LowerCase { get; init; }

    /// <summary>What is written before a text.</summary>
    /// <param name="name">Of a prompt; null for the default one.</param>
    /// <exception cref="ArgumentException">There is no prompt of this name.</exception>
    public string Prompt(string? name = null) => (name ?? DefaultPromptName) is not { } wanted ? ""
        : Prompts.TryGetValue(wanted, out string? prompt) ? prompt
        : throw new ArgumentException(Prompts.Count == 0
            ? $"the prompt \"{wanted}\" is asked for, but the model has no prompts; leave it out, and write what the model shall read into the texts"
            : $"the prompt \"{wanted}\" is asked for, but the model has {string.Join(", ", Prompts.Keys.Order(StringComparer.Ordinal))}; name one of these.");

    /// <summary>A tokenizer as the folder wants it.</summary>
    public BertTokenizer Adapt(BertTokenizer tokenizer) => !LowerCase || tokenizer.Normalizer.LowerCase
        ? tokenizer
        : new BertTokenizer(
            tokenizer.Vocabulary, tokenizer.Normalizer with { LowerCase = true, StripAccents = tokenizer.Normalizer.StripAccents ?? false }, tokenizer.AddedTokens);

    /// <summary>Reads a folder; one that is not of sentence-transformers means the mean over tokens.</summary>
    /// <param name="folderOrFile">A checkpoint, or one weights file in it.</param>
    /// <exception cref="InvalidDataException">A file is broken, or asks for something that is not known: says what.</exception>
    public static SentenceTransformer Read(string folderOrFile)
    {
        string folder = SentenceTransformerFiles.FolderOf(folderOrFile);
        string modules = Path.Combine(folder, SentenceTransformerFiles.Modules);
        if (!File.Exists(modules))
        {
            return new SentenceTransformer();
        }

        SentenceTransformer read = ReadPrompts(ReadTransformer(new SentenceTransformer { Pooling = ReadModules(folder, modules, out bool withPrompt) }, folder), folder);
        return withPrompt || read.Prompts.All(prompt => prompt.Value.Length == 0)
            ? read
            : throw SentenceTransformerFiles.Refused(modules, "\"include_prompt\": false of its pooling, which leaves prompts out of the vector, is not known here");
    }

    private static SentencePooling ReadModules(string folder, string path, out bool withPrompt)
    {
        withPrompt = true;
        IReadOnlyList<PoolingMode>? modes = null;
        var layers = new List<SentenceLayer>();
        using JsonDocument document = SentenceTransformerFiles.Parse(path, JsonValueKind.Array);
        foreach ((JsonElement module, int place) in SentenceTransformerFiles.ModulesOf(document, path).Select((module, place) => (module, place)))
        {
            string type = SentenceTransformerFiles.Text(module, "type");
            string own = Path.Combine(folder, SentenceTransformerFiles.Text(module, "path"));
            switch (type.StartsWith("sentence_transformers.", StringComparison.Ordinal) ? type.Split('.')[^1] : type)
            {
                case "Transformer" when place == 0:
                    if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(own)) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))
                    {
                        throw SentenceTransformerFiles.Refused(path, $"the encoder lies in {SentenceTransformerFiles.Text(module, "path")}, and not beside {SentenceTransformerFiles.Modules}: move its files up, and write \"path\": \"\"");
                    }

                    break;
                case "Pooling" when place == 1:
                    modes = ReadPooling(Path.Combine(own, ConfigFile.Name), out withPrompt);
                    break;
                case "Dense" when modes is not null:
                    layers.Add(ReadDense(own));
                    break;
                case "Normalize" when modes is not null:
                    layers.Add(new UnitLengthLayer());
                    break;
                case "Dropout" when modes is not null: // does nothing where a model answers
                    break;
                default:
                    throw SentenceTransformerFiles.Refused(path, $"the module {place}, \"{type}\", is not known here: a Transformer, a Pooling, and then Dense and Normalize are");
            }
        }

        return new SentencePooling(modes ?? throw SentenceTransformerFiles.Refused(path, "no Pooling follows the Transformer"), layers);
    }

    private static IReadOnlyList<PoolingMode> ReadPooling(string path, out bool withPrompt)
    {
        using JsonDocument document = SentenceTransformerFiles.Parse(path);
        JsonElement config = document.RootElement;
        withPrompt = Flag(config, "include_prompt", path) ?? true;
        string[] known = [.. Modes.Select(mode => mode.Key), "pooling_mode", "word_embedding_dimension", "embedding_dimension", "include_prompt"];
        foreach (JsonProperty entry in config.EnumerateObject().Where(entry => !known.Contains(entry.Name) && entry.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)))
        {
            throw SentenceTransformerFiles.Refused(path, $"\"{entry.Name}\": {entry.Value.GetRawText()} is not known here");
        }

        PoolingMode[] modes = config.TryGetProperty("pooling_mode", out JsonElement named) && named.ValueKind != JsonValueKind.Null
            ? [.. (named.ValueKind == JsonValueKind.Array ? named.EnumerateArray() : (IEnumerable<JsonElement>)[named]).Select(mode => ModeOf(mode, path))]
            : [.. Modes.Where(mode => Flag(config, mode.Key, path) ?? mode.Usual).Select(mode => mode.Mode)];
        return modes.Length > 0 ? modes : throw SentenceTransformerFiles.Refused(path, "no way of pooling is chosen");
    }

    private static PoolingMode ModeOf(JsonElement name, string path) => name.ToString() switch
    {
        "cls" => PoolingMode.Cls,
        "max" => PoolingMode.Max,
        "mean" => PoolingMode.Mean,
        "mean_sqrt_len_tokens" => PoolingMode.MeanSqrtLen,
        "weightedmean" => PoolingMode.WeightedMean,
        "lasttoken" => PoolingMode.LastToken,
        var other => throw SentenceTransformerFiles.Refused(path, $"\"pooling_mode\": \"{other}\" is not known here"),
    };

    private static SentenceDense ReadDense(string folder)
    {
        string path = Path.Combine(folder, ConfigFile.Name);
        using JsonDocument document = SentenceTransformerFiles.Parse(path);
        string activation = SentenceTransformerFiles.Text(document.RootElement, "activation_function");
        bool tanh = activation switch
        {
            "torch.nn.modules.activation.Tanh" or "" => true, // what sentence-transformers means where nothing is said
            "torch.nn.modules.linear.Identity" => false,
            _ => throw SentenceTransformerFiles.Refused(path, $"the activation \"{activation}\" is not known here: Tanh and Identity are"),
        };
        if (document.RootElement.EnumerateObject().Select(entry => entry.Name).FirstOrDefault(
            name => name is not ("in_features" or "out_features" or "bias" or "activation_function")) is { } unknown)
        {
            throw SentenceTransformerFiles.Refused(path, $"\"{unknown}\" is not known here");
        }

        using IWeightsFile weights = WeightsLocation.Of(folder).Open();
        const string Weight = "linear.weight";
        const string Bias = "linear.bias";
        if (weights.Names.FirstOrDefault(name => name is not (Weight or Bias)) is { } other)
        {
            throw SentenceTransformerFiles.Refused(folder, $"its weights hold \"{other}\", and a Dense has {Weight} and {Bias}");
        }

        long[] shape = weights.Shape(Weight);
        bool hasBias = weights.Names.Contains(Bias);
        return shape is [var outputs, var inputs] && (!hasBias || weights.Shape(Bias).SequenceEqual([outputs]))
            ? new SentenceDense((int)outputs, (int)inputs, weights.ReadFloats(Weight), hasBias ? weights.ReadFloats(Bias) : null, tanh)
            : throw SentenceTransformerFiles.Refused(folder, $"{Weight} and {Bias} do not fit each other");
    }

    private static SentenceTransformer ReadTransformer(SentenceTransformer read, string folder)
    {
        string path = Path.Combine(folder, SentenceTransformerFiles.TransformerConfig);
        if (!File.Exists(path))
        {
            return read;
        }

        using JsonDocument document = SentenceTransformerFiles.Parse(path);
        int? longest = document.RootElement.TryGetProperty("max_seq_length", out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int tokens)
            ? tokens
            : null;
        return longest is < 3
            ? throw SentenceTransformerFiles.Refused(path, $"\"max_seq_length\": {longest} has no room for a text")
            : read with { MaxSequenceLength = longest, LowerCase = Flag(document.RootElement, "do_lower_case", path) ?? false };
    }

    private static SentenceTransformer ReadPrompts(SentenceTransformer read, string folder)
    {
        string path = Path.Combine(folder, SentenceTransformerFiles.Config);
        if (!File.Exists(path))
        {
            return read;
        }

        using JsonDocument document = SentenceTransformerFiles.Parse(path);
        JsonElement config = document.RootElement;
        var prompts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (config.TryGetProperty("prompts", out JsonElement named) && named.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty prompt in named.EnumerateObject())
            {
                prompts[prompt.Name] = prompt.Value.ValueKind == JsonValueKind.String
                    ? prompt.Value.GetString()!
                    : throw SentenceTransformerFiles.Refused(path, $"the prompt \"{prompt.Name}\" is no text");
            }
        }

        string usual = SentenceTransformerFiles.Text(config, "default_prompt_name");
        return usual.Length == 0 || prompts.ContainsKey(usual)
            ? read with { Prompts = prompts, DefaultPromptName = usual.Length > 0 ? usual : null }
            : throw SentenceTransformerFiles.Refused(path, $"\"default_prompt_name\" is \"{usual}\", which is none of its prompts");
    }

    private static bool? Flag(JsonElement parent, string key, string path) => !parent.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw SentenceTransformerFiles.Refused(path, $"\"{key}\" is {value.GetRawText()}: expected true or false");
}
