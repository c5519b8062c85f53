using System.Text.Json;
using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>
/// Adapters kept apart from the model that they adapt, under PEFT's names: <c>adapter_config.json</c> says where that model is,
/// <c>adapter_model.safetensors</c> holds A, B and the head. Opening the folder gives the adapted model, its adapters merged.
/// </summary>
internal static class AdapterFolder
{
    public const string ConfigName = "adapter_config.json";
    public const string WeightsName = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Whether a folder holds adapters.</summary>
    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, ConfigName));

    /// <summary>Writes an adapted model's adapters, its head, and its config.json.</summary>
    /// <param name="folder">Made.</param>
    /// <param name="model">With adapters.</param>
    /// <param name="file">Its configuration.</param>
    /// <param name="baseModel">The checkpoint that was adapted.</param>
    /// <param name="rank">r.</param>
    /// <param name="alpha">α.</param>
    public static void Save(string folder, HeadedModel model, ConfigFile file, string baseModel, int rank, double alpha)
    {
        Directory.CreateDirectory(folder);
        (string, Tensor)[] kept = [.. model.named_parameters()
            .Where(p => IsAdapterWeight(p.name) || IsHead(p.name))
            .Select(p => (Prefix + p.name.Replace($".{Adapters.ModuleName}.lora_A", ".lora_A.weight", StringComparison.Ordinal)
                .Replace($".{Adapters.ModuleName}.lora_B", ".lora_B.weight", StringComparison.Ordinal), (Tensor)p.parameter))];
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), kept);
        var config = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["base_model_name_or_path"] = Path.GetFullPath(baseModel),
            ["r"] = rank,
            ["lora_alpha"] = alpha,
            ["bias"] = "none",
            ["target_modules"] = Names(model.named_modules().Where(m => m.module is Dense { Adapter: not null }).Select(m => m.name.Split('.')[^1])),
            ["modules_to_save"] = Names(model.named_parameters().Where(p => IsHead(p.name)).Select(p => p.name.StartsWith("bigs.", StringComparison.Ordinal) ? "pooler" : p.name.Split('.')[0])),
        };
        File.WriteAllText(Path.Combine(folder, ConfigName), config.ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, ConfigFile.Name), (file with { Config = model.Config, Architecture = model.Architecture }).ToJson());
    }

    /// <summary>The model that a folder of adapters adapts.</summary>
    /// <exception cref="InvalidDataException">adapter_config.json does not say.</exception>
    internal static (string BaseModel, double Scale) Read(string folder)
    {
        string path = Path.Combine(folder, ConfigName);
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = config.RootElement;
            return (root.GetProperty("base_model_name_or_path").GetString()!, root.GetProperty("lora_alpha").GetDouble() / root.GetProperty("r").GetInt32());
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: not the configuration of adapters ({broken.Message}); expected base_model_name_or_path, r and lora_alpha.", broken);
        }
    }

    /// <summary>Adds s B A to every adapted weight, and takes the head over.</summary>
    /// <exception cref="InvalidDataException">A name or shape does not fit the model.</exception>
    internal static void MergeInto(HeadedModel model, string folder, double scale)
    {
        using var untracked = no_grad();
        string path = Path.Combine(folder, WeightsName);
        using var weights = new SafetensorsFile(path);
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (string name in weights.Names)
        {
            using var scope = NewDisposeScope();
            string ours = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
            const string A = ".lora_A.weight";
            const string B = ".lora_B.weight";
            if (ours.EndsWith(A, StringComparison.Ordinal))
            {
                Tensor a = weights.Read(name);
                Tensor b = weights.Read(name[..^A.Length] + B);
                Parameter weight = Of(ours[..^A.Length] + ".weight");
                weight.add_(b.matmul(a).mul(tensor((float)scale)).to(weight.device));
            }
            else if (!ours.EndsWith(B, StringComparison.Ordinal))
            {
                Of(ours).copy_(weights.Read(name));
            }
        }

        Parameter Of(string name) => parameters.TryGetValue(name, out Parameter? parameter)
            ? parameter
            : throw new InvalidDataException($"{path}: \"{name}\" has no place in a {model.Architecture}; the adapters are of another model.");
    }

    private static bool IsAdapterWeight(string name) => name.Contains($".{Adapters.ModuleName}.lora_", StringComparison.Ordinal);

    /// <summary>What is trained besides the adapters: all that pretraining did not train.</summary>
    private static bool IsHead(string name) => !name.StartsWith("bigs.", StringComparison.Ordinal) || name.StartsWith("bigs.pooler.", StringComparison.Ordinal);

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Distinct().Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
}
