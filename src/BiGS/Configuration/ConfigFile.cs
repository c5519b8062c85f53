using System.Text.Json;
using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>
/// config.json: the shape of the model, its head, and what else the file carried. Every key is one of three kinds:
/// honoured; inert at the values that real files carry (kept and written back); anything else is refused by name.
/// </summary>
/// <param name="Config">The shape.</param>
/// <param name="Architecture">The head, one of <see cref="ModelHeads"/>; or what <c>architectures</c> names, where that is none of them.</param>
/// <param name="Inert">Keys without an effect, kept for writing back.</param>
public sealed record ConfigFile(BiGSConfig Config, string Architecture, IReadOnlyDictionary<string, JsonNode?> Inert)
{
    public const string Name = "config.json";

    /// <summary>Where a model that answers questions says how much likelier "no answer" must be than its best answer.</summary>
    internal const string NoAnswerThresholdKey = "no_answer_threshold";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly JsonDocumentOptions EachKeyOnce = new() { AllowDuplicateProperties = false };

    /// <summary>Class names by index, where the file has them (<c>id2label</c>).</summary>
    public IReadOnlyList<string>? Labels
    {
        get
        {
            if (!Inert.TryGetValue("id2label", out JsonNode? node) || node is not JsonObject map)
            {
                return null;
            }

            return [.. map.OrderBy(pair => int.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture)).Select(pair => pair.Value!.ToString())];
        }
    }

    /// <summary>Of a model that was trained to find no answer: how much likelier that must be than its best answer. Null of others.</summary>
    public double? NoAnswerThreshold => Inert.TryGetValue(NoAnswerThresholdKey, out JsonNode? threshold) ? threshold?.GetValue<double>() : null;

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">Where it came from, for messages.</param>
    /// <param name="origin">Whose behaviour stands where a key is absent.</param>
    /// <exception cref="InvalidDataException">Not JSON, a key that is not honoured, or a value out of range.</exception>
    internal static ConfigFile Parse(string json, string path, ConfigOrigin origin)
    {
        JsonObject file;
        try
        {
            file = JsonNode.Parse(json, documentOptions: EachKeyOnce) as JsonObject ?? throw new InvalidDataException($"{path}: expected a JSON object.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path}: not JSON: {broken.Message}", broken);
        }

        string? family = file["model_type"] is JsonValue type && type.TryGetValue(out string? name) ? name : null;
        var dialect = Dialect.Of(family);
        if (dialect is null && family is not (null or "BiGS" or "bigs"))
        {
            throw new InvalidDataException(
                $"{path}: \"model_type\": \"{family}\" is not opened: the encoders that are have \"BiGS\", {string.Join(", ", Dialect.All.Select(known => $"\"{known.ModelType}\""))} there.");
        }

        BiGSConfig config = dialect?.Defaults ?? origin.Defaults();
        IReadOnlyDictionary<string, Func<BiGSConfig, JsonNode?, BiGSConfig>>? keysOfDialect = dialect?.Keys;
        var inert = new Dictionary<string, JsonNode?>();
        foreach ((string key, JsonNode? value) in file)
        {
            try
            {
                if (keysOfDialect?.GetValueOrDefault(key) is { } theirs)
                {
                    config = theirs(config, value);
                }
                else if (ConfigKeys.Honoured.TryGetValue(key, out ConfigKey? honoured))
                {
                    config = honoured.Read(config, value);
                }
                else if (ConfigKeys.IsInert(key, value))
                {
                    inert[key] = value?.DeepClone();
                }
                else
                {
                    throw new InvalidDataException(
                        $"{path}: \"{key}\": {value?.ToJsonString() ?? "null"} is not honoured by this version; remove the key, or set it to a value that is.");
                }
            }
            catch (Exception broken) when (broken is FormatException or InvalidOperationException or NullReferenceException)
            {
                throw new InvalidDataException($"{path}: \"{key}\" cannot be {value?.ToJsonString() ?? "null"}: {broken.Message}", broken);
            }
        }

        if (!file.ContainsKey("num_labels") && file["id2label"] is JsonObject labels)
        {
            config = config with { NumLabels = labels.Count };
        }

        try
        {
            string head = (file["architectures"] as JsonArray)?.FirstOrDefault()?.ToString() ?? ModelHeads.MaskedLM;
            return new ConfigFile(config.Validate(), Dialect.HeadOf(head) ?? head, inert);
        }
        catch (ArgumentException unfit)
        {
            throw new InvalidDataException($"{path}: {unfit.Message}", unfit);
        }
    }

    /// <summary>Refuses a head that is not known.</summary>
    /// <param name="folder">Where the file lies, for the message.</param>
    /// <exception cref="InvalidDataException">The head is none of <see cref="ModelHeads"/>.</exception>
    internal ConfigFile RequireKnownHead(string folder) => ModelHeads.All.Contains(Architecture) ? this : throw new InvalidDataException(
        $"{Path.Combine(folder, Name)}: \"architectures\" is \"{Architecture}\", and there is no such model here; it can be {Dialect.NamesLike(Architecture)}.");

    /// <summary>Every key, so that what the file says never depends on who reads it.</summary>
    public string ToJson()
    {
        var file = new JsonObject { ["model_type"] = "BiGS", ["architectures"] = new JsonArray(Architecture) };
        foreach ((string key, ConfigKey honoured) in ConfigKeys.Honoured)
        {
            file[key] = honoured.Write(Config);
        }

        foreach ((string key, JsonNode? value) in Inert)
        {
            if (!file.ContainsKey(key))
            {
                file[key] = value?.DeepClone();
            }
        }

        return file.ToJsonString(Indented) + "\n";
    }
}
