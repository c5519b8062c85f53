using BiGS.Configuration;

namespace BiGS.Weights;

/// <summary>Which file holds a model's weights, in which format, and so whose behaviour stands where config.json is silent.</summary>
/// <param name="Folder">Where config.json lies.</param>
/// <param name="File">The weights, or the index of their files.</param>
internal sealed record WeightsLocation(string Folder, string File)
{
    private const string IndexEnding = ".index.json";

    /// <summary>What a folder may hold, the first that is there counting.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        SafetensorsFile.DefaultName, "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json", "flax_model.msgpack",
    ];

    /// <summary>JAX's layers use the tanh form of GELU, the others the exact one.</summary>
    public ConfigOrigin Origin => Path.GetExtension(File) == ".msgpack" ? ConfigOrigin.AuthorsFlax : ConfigOrigin.AuthorsPyTorch;

    /// <summary>The weights of a folder, or the one file that is named; of a folder without any, the file that it should have.</summary>
    public static WeightsLocation Of(string folderOrFile)
    {
        if (System.IO.File.Exists(folderOrFile))
        {
            return new WeightsLocation(Path.GetDirectoryName(Path.GetFullPath(folderOrFile))!, folderOrFile);
        }

        IEnumerable<string> there = Names.Select(name => Path.Combine(folderOrFile, name)).Where(System.IO.File.Exists);
        return new WeightsLocation(folderOrFile, there.FirstOrDefault(Path.Combine(folderOrFile, Names[0])));
    }

    /// <summary>Bytes of all its files; 0 where there are none.</summary>
    public long Bytes => !System.IO.File.Exists(File) ? 0
        : IsIndex(File) ? Directory.GetFiles(Folder, "*" + Path.GetExtension(File[..^IndexEnding.Length])).Sum(shard => new FileInfo(shard).Length)
        : new FileInfo(File).Length;

    /// <summary>The configuration beside the weights; where a key is absent, whoever wrote the weights decides.</summary>
    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    /// <exception cref="InvalidDataException">It does not fit this program.</exception>
    public ConfigFile ReadConfig()
    {
        string path = Path.Combine(Folder, ConfigFile.Name);
        return System.IO.File.Exists(path)
            ? ConfigFile.Parse(System.IO.File.ReadAllText(path), path, Origin)
            : throw new FileNotFoundException($"{Folder}: there is no {ConfigFile.Name}; expected a checkpoint folder with {ConfigFile.Name} and {Names[0]}.");
    }

    /// <exception cref="FileNotFoundException">There are no weights.</exception>
    /// <exception cref="InvalidDataException">They are broken, or of a format that is not read.</exception>
    public IWeightsFile Open() => System.IO.File.Exists(File)
        ? OpenFile(File)
        : throw new FileNotFoundException($"{Folder}: there are no weights; expected one of {string.Join(", ", Names)}.");

    /// <summary>Whether a file says which others hold the weights.</summary>
    public static bool IsIndex(string path) => path.EndsWith(IndexEnding, StringComparison.Ordinal);

    /// <summary>Opens a weights file by its name's ending; what is within decides between the two forms of PyTorch.</summary>
    public static IWeightsFile OpenFile(string path) => Path.GetExtension(path) switch
    {
        ".safetensors" => new SafetensorsFile(path),
        ".bin" or ".pt" or ".pth" => OpenPyTorch(path),
        ".msgpack" => new FlaxFile(path),
        ".json" when IsIndex(path) => new ShardedWeights(path),
        _ => throw new InvalidDataException($"{path}: not a weights file that is read here; expected .safetensors, .bin, .msgpack or an .index.json, or a folder with one of {string.Join(", ", Names)}."),
    };

    private static IWeightsFile OpenPyTorch(string path)
    {
        Span<byte> start = stackalloc byte[32];
        if (System.IO.File.Exists(path))
        {
            using FileStream file = System.IO.File.OpenRead(path);
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }

        return start.StartsWith("version https://git-lfs"u8)
            ? throw new InvalidDataException($"{path}: a pointer of Git LFS, not the weights themselves; fetch them with git lfs pull.")
            : LegacyPyTorchFile.Begins(start) ? new LegacyPyTorchFile(path) : new PyTorchFile(path);
    }
}
