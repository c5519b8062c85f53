using System.Text.Json;
using System.Text.Json.Nodes;

namespace BiGS.Configuration;

/// <summary>
/// config.json: the shape of the model, its head, and what else the file carried. Every key is one of three kinds:
/// honoured; inert at the values that real files carry (kept and written back); anything else is refused by name.
/// </summary>
/// <param name="Config">The shape.</param>
/// <param name="Architecture">The head, as <c>architectures</c> names it.</param>
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

        if (file["model_type"] is JsonValue kind && kind.TryGetValue(out string? family) && family is not ("BiGS" or "bigs" or "bert"))
        {
            throw new InvalidDataException($"{path}: \"model_type\": \"{family}\" is not opened: the encoders that are have \"BiGS\" or \"bert\" there.");
        }

        bool bert = file["model_type"] is JsonValue type && type.TryGetValue(out string? name) && name == "bert";
        BiGSConfig config = bert ? ConfigOrigins.Bert : origin.Defaults();
        var inert = new Dictionary<string, JsonNode?>();
        foreach ((string key, JsonNode? value) in file)
        {
            try
            {
                if (bert && key == "hidden_dropout_prob")
                {
                    config = config with { HiddenDropoutProb = value!.GetValue<double>(), BlockDropoutProb = value!.GetValue<double>() };
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
            return new ConfigFile(config.Validate(), head, inert);
        }
        catch (ArgumentException unfit)
        {
            throw new InvalidDataException($"{path}: {unfit.Message}", unfit);
        }
    }

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
