using System.Text.Json;
using System.Text.Json.Nodes;
using BiGS.Configuration;
using BiGS.Files;

namespace BiGS.Weights;

/// <summary>The files that make a folder one of sentence-transformers, besides those of its encoder: which they are, and that they go where the model goes.</summary>
internal static class SentenceTransformerFiles
{
    /// <summary>Lists what follows the encoder; without it a folder is none of sentence-transformers.</summary>
    public const string Modules = "modules.json";

    /// <summary>Holds the prompts.</summary>
    public const string Config = "config_sentence_transformers.json";

    /// <summary>Says how long a text may be.</summary>
    public const string TransformerConfig = "sentence_bert_config.json";

    /// <summary>Where the dense layer lies that follows the pooling of a model that was written here.</summary>
    public const string DenseFolder = "2_Dense";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] InRoot = [Modules, Config, TransformerConfig];

    /// <summary>The files that say all this, by their paths in the folder; none of one that is not of sentence-transformers.</summary>
    /// <param name="folderOrFile">A checkpoint, or one weights file in it.</param>
    public static IReadOnlyList<string> Files(string folderOrFile)
    {
        string folder = FolderOf(folderOrFile);
        string modules = Path.Combine(folder, Modules);
        if (!File.Exists(modules))
        {
            return [];
        }

        IEnumerable<string> ofModules = Paths(modules).Select(module => Path.Combine(folder, module)).Where(Directory.Exists)
            .SelectMany(Directory.GetFiles).Select(file => Path.GetRelativePath(folder, file));
        return [.. InRoot.Where(name => File.Exists(Path.Combine(folder, name))), .. ofModules.Order(StringComparer.Ordinal)];
    }

    /// <summary>Those files of a repository that say all this: in its root, and in the folders of its modules, such as 1_Pooling.</summary>
    /// <param name="files">Of a repository, with / between folders.</param>
    public static IEnumerable<string> FilesAmong(IReadOnlySet<string> files) => !files.Contains(Modules) ? [] :
    [
        .. InRoot.Where(files.Contains),
        .. files.Where(file => file.Split('/') is [var module, ConfigFile.Name or SafetensorsFile.DefaultName or "pytorch_model.bin"]
            && char.IsAsciiDigit(module[0]) && module.Contains('_')).Order(StringComparer.Ordinal),
    ];

    /// <summary>Copies what one folder says of pooling and prompts into another, whose own goes.</summary>
    /// <param name="from">A checkpoint, or one weights file in it.</param>
    /// <param name="to">A folder.</param>
    public static void CopyFiles(string from, string to)
    {
        string source = FolderOf(from);
        Remove(to);
        foreach (string file in Files(from))
        {
            string target = Path.Combine(to, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(source, file), target, overwrite: true);
        }
    }

    /// <summary>Writes what the folder of an embedding model lacks of these files: the mean over tokens, no prompts, and how long a text may be.</summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="config">The model's.</param>
    /// <param name="isLonger">Whether texts may be as long as the model reads, whatever the folder says.</param>
    /// <param name="dimensions">Numbers of a vector, where a dense layer and the length 1 follow the pooling; null where nothing does.</param>
    public static void Complete(string folder, BiGSConfig config, bool isLonger = false, int? dimensions = null)
    {
        if (!File.Exists(Path.Combine(folder, Modules)))
        {
            JsonNode Module(int place, string path, string type) =>
                new JsonObject { ["idx"] = place, ["name"] = $"{place}", ["path"] = path, ["type"] = $"sentence_transformers.models.{type}" };
            var pooling = new JsonObject { ["word_embedding_dimension"] = config.HiddenSize };
            foreach (string mode in (string[])["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"])
            {
                pooling[$"pooling_mode_{mode}"] = mode == "mean_tokens";
            }

            pooling["include_prompt"] = true;
            Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
            Write(Path.Combine(folder, "1_Pooling", ConfigFile.Name), pooling);
            var modules = new JsonArray(Module(0, "", "Transformer"), Module(1, "1_Pooling", "Pooling"));
            if (dimensions is { } outputs)
            {
                modules.Add(Module(2, DenseFolder, "Dense"));
                modules.Add(Module(3, "3_Normalize", "Normalize"));
                Directory.CreateDirectory(Path.Combine(folder, DenseFolder));
                Write(
                    Path.Combine(folder, DenseFolder, ConfigFile.Name),
                    new JsonObject { ["in_features"] = config.HiddenSize, ["out_features"] = outputs, ["bias"] = true, ["activation_function"] = "torch.nn.modules.linear.Identity" });
            }

            Write(Path.Combine(folder, Modules), modules);
        }

        if (!File.Exists(Path.Combine(folder, Config)))
        {
            Write(Path.Combine(folder, Config), new JsonObject { ["prompts"] = new JsonObject(), ["default_prompt_name"] = null, ["similarity_fn_name"] = "cosine" });
        }

        string transformer = Path.Combine(folder, TransformerConfig);
        JsonObject length = File.Exists(transformer) ? JsonNode.Parse(File.ReadAllText(transformer))!.AsObject() : new JsonObject { ["max_seq_length"] = null, ["do_lower_case"] = false };
        if (!File.Exists(transformer) || isLonger)
        {
            length["max_seq_length"] = config.LengthLimit() ?? config.MaxPositionEmbeddings;
            Write(transformer, length);
        }
    }

    /// <summary>Removes what a folder says of pooling and prompts: for a model that takes the place of another.</summary>
    public static void Remove(string folder)
    {
        foreach (string name in InRoot)
        {
            File.Delete(Path.Combine(folder, name));
        }
    }

    /// <summary>The folder of a checkpoint, or of one weights file in it.</summary>
    public static string FolderOf(string folderOrFile) =>
        Directory.Exists(folderOrFile) ? folderOrFile : Path.GetDirectoryName(Path.GetFullPath(folderOrFile))!;

    private static void Write(string path, JsonNode content) => AtomicFile.WriteText(path, content.ToJsonString(Indented) + "\n");

    private static string[] Paths(string modules)
    {
        using JsonDocument document = Parse(modules, JsonValueKind.Array);
        return [.. ModulesOf(document, modules).Select(module => Text(module, "path")).Where(path => path.Length > 0)];
    }

    /// <summary>The modules that modules.json lists, none of which lies outside its folder.</summary>
    public static IEnumerable<JsonElement> ModulesOf(JsonDocument document, string path) => document.RootElement.EnumerateArray().Select(module =>
        module.ValueKind != JsonValueKind.Object ? throw Refused(path, "it is no list of modules")
        : Text(module, "path") is var place && (Path.IsPathRooted(place) || place.Split('/', '\\').Contains("..")) ? throw Refused(path, $"\"{place}\" leads out of the folder")
        : module);

    /// <summary>A file of JSON that is an object, or an array.</summary>
    public static JsonDocument Parse(string path, JsonValueKind kind = JsonValueKind.Object)
    {
        try
        {
            var document = JsonDocument.Parse(File.Exists(path) ? File.ReadAllText(path) : throw new FileNotFoundException($"{path}: there is no such file, and {Modules} needs it."));
            return document.RootElement.ValueKind == kind ? document : throw Refused(path, $"it holds a JSON {document.RootElement.ValueKind}, expected an {kind}");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path}: not JSON: {broken.Message}", broken);
        }
    }

    /// <summary>A text of an object; empty where there is none.</summary>
    public static string Text(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>An error that names the file.</summary>
    public static InvalidDataException Refused(string path, string why) => new($"{path}: {why}.");
}
