using System.Text.Json;
using BiGS.Configuration;

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
