using BiGS.Configuration;
using BiGS.StateSpace;
using BiGS.Weights;
using Microsoft.ML.OnnxRuntime;

namespace BiGS.Onnx;

/// <summary>Where ONNX Runtime takes a model from: its encoder and its head, a graph each, so that one is computed without the other.</summary>
internal abstract class OnnxGraphs : IDisposable
{
    /// <summary>The configuration.</summary>
    public required ConfigFile File { get; init; }

    /// <summary>Whether the weights of the head that the configuration names are there.</summary>
    public required bool HasTrainedHead { get; init; }

    /// <summary>Whether something follows the encoder.</summary>
    public required bool HasHead { get; init; }

    /// <summary>Whether large matrices are in eight bits.</summary>
    public required bool IsInt8 { get; init; }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Opens a checkpoint, an ONNX file, or a folder with one.</summary>
    /// <param name="folderOrFile">Where it is; of a folder that holds both, the weights count.</param>
    /// <param name="cache">Keeps the graphs of checkpoints.</param>
    /// <param name="int8">Whether a checkpoint's large matrices are rounded to eight bits; a file's are as it has them.</param>
    public static OnnxGraphs Open(string folderOrFile, GraphCache cache, bool int8)
    {
        if (System.IO.File.Exists(folderOrFile) && Path.GetExtension(folderOrFile) == ".onnx")
        {
            return ExportedGraphs.OpenFile(folderOrFile);
        }

        WeightsLocation weights = WeightsLocation.Of(folderOrFile);
        if (System.IO.File.Exists(weights.File))
        {
            return CheckpointGraphs.OpenCheckpoint(weights, cache, int8);
        }

        string[] names = int8 ? [OnnxGraphFile.Int8FileName, .. OnnxGraphFile.FileNames] : OnnxGraphFile.FileNames;
        return names.Select(name => Path.Combine(folderOrFile, name)).FirstOrDefault(System.IO.File.Exists) is { } exported ? ExportedGraphs.OpenFile(exported)
            : System.IO.File.Exists(Path.Combine(weights.Folder, ConfigFile.Name)) ? CheckpointGraphs.OpenCheckpoint(weights, cache, int8) // says what it lacks
            : throw new FileNotFoundException($"{folderOrFile}: there is no model; expected {ConfigFile.Name} with one of {string.Join(", ", WeightsLocation.Names)}, or {OnnxGraphFile.FileName}.");
    }

    /// <summary>Ids, mask and types → the last hidden states.</summary>
    public abstract InferenceSession LoadEncoder(SessionOptions options);

    /// <summary>The last hidden states and the mask → the head's answers.</summary>
    public abstract InferenceSession LoadHead(SessionOptions options);

    /// <inheritdoc cref="OnnxModel.Kernels"/>
    public virtual IEnumerable<(int Layer, Direction Direction, int Head, double[] Values)> Kernels(int length) => [];

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A checkpoint's graphs, which are built from its weights (<see cref="GraphCache"/>).</summary>
internal sealed class CheckpointGraphs : OnnxGraphs
{
    private readonly string _folder;
    private readonly bool _isTemporary;
    private readonly WeightsLocation _location;

    private CheckpointGraphs(string folder, bool isTemporary, WeightsLocation location) => (_folder, _isTemporary, _location) = (folder, isTemporary, location);

    /// <summary>A head whose weights are missing is left out, and so is pooling, which readers of the hidden states do.</summary>
    public static CheckpointGraphs OpenCheckpoint(WeightsLocation location, GraphCache cache, bool int8)
    {
        ConfigFile config = location.ReadConfig().RequireKnownHead(location.Folder);
        using IWeightsFile file = location.Open();
        var weights = new StoredModelWeights(file, location.File);
        IReadOnlyDictionary<string, long[]> wanted = WeightShapes.Of(config.Config, config.Architecture);
        var inventory = new WeightsInventory(file, weights.StoredNames, wanted, location.File);
        bool hasTrainedHead = inventory.Missing.Count == 0;
        string head = hasTrainedHead && config.Architecture != ModelHeads.Embedding ? config.Architecture : ModelHeads.Encoder;
        foreach (string name in hasTrainedHead ? wanted.Keys : WeightShapes.Of(config.Config, ModelHeads.Encoder).Keys)
        {
            inventory.RequireFits(name);
        }

        (string folder, bool isTemporary) = cache.Open(location, config with { Architecture = head }, weights, int8);
        string? withoutHead = hasTrainedHead ? null : $"{location.File}: has no {string.Join(", ", inventory.Missing)}; the head is left out.";
        return new CheckpointGraphs(folder, isTemporary, location)
        {
            File = config,
            HasTrainedHead = hasTrainedHead,
            HasHead = head != ModelHeads.Encoder,
            IsInt8 = int8,
            Warnings = [.. ((string?[])[withoutHead, inventory.UnplacedWarning(config.Architecture)]).OfType<string>()],
        };
    }

    public override InferenceSession LoadEncoder(SessionOptions options) => new(Path.Combine(_folder, GraphCache.EncoderFile), options);

    public override InferenceSession LoadHead(SessionOptions options) => new(Path.Combine(_folder, GraphCache.HeadFile), options);

    /// <summary>From the weights, where they still lie: graphs hold what follows from the kernels' parameters, and not these.</summary>
    public override IEnumerable<(int Layer, Direction Direction, int Head, double[] Values)> Kernels(int length)
    {
        if (File.Config.Routing != Routing.Ssm)
        {
            yield break;
        }

        using IWeightsFile file = _location.Open();
        var constants = new SsmConstants(File.Config, new StoredModelWeights(file, _location.File));
        for (int layer = 0; layer < File.Config.NumHiddenLayers; layer++)
        {
            foreach ((string name, Direction direction) in SsmRouting.Ssms($"bigs.encoder.layer.{layer}."))
            {
                int head = 0;
                foreach (DiscreteStateSpaceModel system in constants.Heads(name))
                {
                    yield return (layer, direction, head++, system.ImpulseResponse(length));
                }
            }
        }
    }

    public override void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>The two parts of a file that <see cref="OnnxGraphFile"/> wrote.</summary>
internal sealed class ExportedGraphs : OnnxGraphs
{
    private readonly string _path;
    private readonly FileStream _stream;

    private ExportedGraphs(string path, FileStream stream) => (_path, _stream) = (path, stream);

    /// <summary>Opens the file, and holds it, so that one that takes its place later changes nothing.</summary>
    public static ExportedGraphs OpenFile(string path)
    {
        FileStream stream = System.IO.File.OpenRead(path);
        try
        {
            OnnxFile file = Read(stream, path);
            string config = file.Facts.GetValueOrDefault(OnnxGraphFile.ConfigMetadata)
                ?? throw new InvalidDataException($"{path}: an ONNX file without {OnnxGraphFile.ConfigMetadata}; expected one that OnnxExport.Export wrote.");
            return new ExportedGraphs(path, stream)
            {
                File = ConfigFile.Parse(config, path, ConfigOrigin.AuthorsPyTorch),
                HasTrainedHead = true,
                HasHead = file.Outputs.Count > 1,
                IsInt8 = file.Operators.Contains(Int8LinearLayers.Operator),
            };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public override InferenceSession LoadEncoder(SessionOptions options) =>
        new(Read(_stream, _path).Part([ModelOutputs.LastHiddenState]), options);

    public override InferenceSession LoadHead(SessionOptions options)
    {
        OnnxFile file = Read(_stream, _path);
        return new InferenceSession(file.Part([.. file.Outputs.Where(name => name != ModelOutputs.LastHiddenState)], ModelOutputs.LastHiddenState), options);
    }

    public override void Dispose() => _stream.Dispose();

    private static OnnxFile Read(FileStream stream, string path)
    {
        byte[] bytes = new byte[stream.Length];
        lock (stream)
        {
            stream.Position = 0;
            stream.ReadExactly(bytes);
        }

        return new OnnxFile(bytes, path);
    }
}
