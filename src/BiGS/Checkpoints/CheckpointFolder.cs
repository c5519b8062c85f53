using BiGS.Models;
using BiGS.Ssm;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>
/// A folder that holds a model: <c>config.json</c> and <c>model.safetensors</c>, or the authors' <c>pytorch_model.bin</c> in its place (and a
/// tokenizer's files, which belong to their own room).
/// </summary>
public static class CheckpointFolder
{
    public const string WeightsName = "model.safetensors";

    private const string PyTorchWeightsName = "pytorch_model.bin";

    /// <summary>Keys that files hold twice or in vain: tied weights, constant tables, heads of other objectives.</summary>
    private static readonly string[] PassedOver =
    [
        "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "bigs.embeddings.position_ids", "bigs.embeddings.token_type_ids",
        "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    ];

    /// <summary>Opens the model of a folder, ready to compute, in evaluation mode.</summary>
    /// <param name="folder">Holds config.json and model.safetensors or pytorch_model.bin; of both, the first is read.</param>
    /// <param name="options">Route, device, head, overrides.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">Config and weights do not fit this program or each other.</exception>
    public static OpenedCheckpoint Open(string folder, OpenOptions? options = null)
    {
        options ??= new OpenOptions();
        ConfigFile file = ReadConfig(folder, ConfigOrigin.AuthorsPyTorch);
        file = file with { Config = options.Reshape(file.Config), Architecture = options.Architecture ?? file.Architecture };
        HeadedModel model = HeadedModels.Build(file.Architecture, file.Config, options.Route);
        IReadOnlyList<string> warnings = Load(model, WeightsOf(folder));
        model.to(options.Device);
        model.eval();
        return new OpenedCheckpoint(model, file, warnings);
    }

    /// <summary>Fills a model that is there already, of exactly this shape: what a resumed run does.</summary>
    /// <exception cref="InvalidDataException">The folder holds another model.</exception>
    public static void Restore(string folder, HeadedModel model)
    {
        string path = Path.Combine(folder, WeightsName);
        if (Load(model, path) is [string first, ..])
        {
            throw new InvalidDataException(first);
        }
    }

    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    public static ConfigFile ReadConfig(string folder, ConfigOrigin origin)
    {
        string path = Path.Combine(folder, ConfigFile.Name);
        return File.Exists(path)
            ? ConfigFile.Parse(File.ReadAllText(path), path, origin)
            : throw new FileNotFoundException($"{folder}: there is no {ConfigFile.Name}; expected a checkpoint folder with {ConfigFile.Name} and {WeightsName}.");
    }

    /// <summary>Writes configuration and weights; each file is whole under its name or not there.</summary>
    public static void Save(string folder, HeadedModel model, ConfigFile? opened = null)
    {
        Directory.CreateDirectory(folder);
        var file = new ConfigFile(model.Config, model.Architecture, opened?.Inert ?? new Dictionary<string, System.Text.Json.Nodes.JsonNode?>());
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), [.. model.named_parameters().Select(p => (p.name, (Tensor)p.parameter))]);
        string config = Path.Combine(folder, ConfigFile.Name);
        File.WriteAllText(config + ".partial", file.ToJson());
        File.Move(config + ".partial", config, overwrite: true);
    }

    /// <summary>Fills a model from a file. A head that the file lacks starts fresh, and a warning says so.</summary>
    private static List<string> Load(HeadedModel model, string path)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using IWeightsFile weights = Path.GetFileName(path) == PyTorchWeightsName ? new PyTorchFile(path) : new SafetensorsFile(path);
        Dictionary<string, string> stored = weights.Names.ToDictionary(BertDialect.Rename, name => name);
        var wanted = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        string[] missing = [.. wanted.Keys.Where(name => !stored.ContainsKey(name)).Order(StringComparer.Ordinal)];
        string[] missingBelow = [.. missing.Where(IsEncoder)];
        if (missingBelow.Length > 0)
        {
            throw new InvalidDataException(
                $"{path}: lacks {missingBelow.Length} weights of the encoder that config.json describes, the first of them \"{missingBelow[0]}\"; "
                + "config.json and the weights must come from the same model.");
        }

        var warnings = new List<string>();
        if (missing.Length > 0)
        {
            model.Initialize(seed: 0);
            warnings.Add($"{path}: has no {string.Join(", ", missing)}; the head starts from fresh weights.");
        }

        foreach ((string name, string storedName) in stored)
        {
            if (wanted.TryGetValue(name, out var parameter))
            {
                if (!weights.Shape(storedName).SequenceEqual(parameter.shape))
                {
                    throw new InvalidDataException(
                        $"{path}: \"{storedName}\" has the shape ({string.Join(", ", weights.Shape(storedName))}), but config.json asks for ({string.Join(", ", parameter.shape)}).");
                }

                using Tensor value = weights.Read(storedName);
                parameter.copy_(value);
            }
            else if (!PassedOver.Contains(name) && !name.StartsWith("bigs.pooler.", StringComparison.Ordinal))
            {
                warnings.Add($"{path}: the weight \"{storedName}\" has no place in a {model.Architecture} and is left out.");
            }
        }

        return warnings;
    }

    private static string WeightsOf(string folder)
    {
        string safetensors = Path.Combine(folder, WeightsName);
        string pyTorch = Path.Combine(folder, PyTorchWeightsName);
        return !File.Exists(safetensors) && File.Exists(pyTorch) ? pyTorch : safetensors;
    }

    /// <summary>The pooler counts to the head: pretraining does not train it.</summary>
    private static bool IsEncoder(string name) =>
        name.StartsWith("bigs.", StringComparison.Ordinal) && !name.StartsWith("bigs.pooler.", StringComparison.Ordinal);
}

/// <summary>How to open a model.</summary>
public sealed record OpenOptions
{
    /// <summary>How the SSMs are applied.</summary>
    public ISsmRoute Route { get; init; } = SsmRoutes.Auto;

    public Device Device { get; init; } = CPU;

    /// <summary>Another head than the one that config.json names.</summary>
    public string? Architecture { get; init; }

    /// <summary>Changes the configuration before the model is built: another number of labels, another dropout.</summary>
    public Func<BiGSConfig, BiGSConfig> Reshape { get; init; } = config => config;
}

/// <param name="Model">In evaluation mode.</param>
/// <param name="File">The configuration that it was opened with.</param>
/// <param name="Warnings">What the weights lacked or had too much of.</param>
public sealed record OpenedCheckpoint(HeadedModel Model, ConfigFile File, IReadOnlyList<string> Warnings);
