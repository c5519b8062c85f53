using System.Collections.Concurrent;
using BiGS.Configuration;
using BiGS.SentenceTransformers;
using BiGS.Weights;
using Microsoft.ML.OnnxRuntime;

namespace BiGS.Onnx;

/// <summary>
/// A model computed by ONNX Runtime, without libtorch: a <c>model.onnx</c> that <see cref="OnnxGraphFile"/> wrote, or any checkpoint, whose graph is
/// then built from its weights into a temporary file. Several threads may use one.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private const string States = ModelOutputs.LastHiddenState;
    private const string Scores = ModelOutputs.Logits;

    private readonly string _path;
    private readonly int? _threads;
    private readonly FileStream _stream;
    private readonly RunOptions _run = new();
    private readonly ConcurrentDictionary<string, Lazy<InferenceSession>> _sessions = new();

    private OnnxModel(string path, FileStream stream, int? threads)
    {
        _path = path;
        _threads = threads;
        _stream = stream; // held, so that a file that takes its place later changes nothing
        try
        {
            OnnxFile file = Read();
            Outputs = file.Outputs;
            File = file.Facts.TryGetValue(OnnxGraphFile.ConfigMetadata, out string? config)
                ? ConfigFile.Parse(config, path, ConfigOrigin.AuthorsPyTorch)
                : throw new InvalidDataException($"{path}: an ONNX file without {OnnxGraphFile.ConfigMetadata}; expected one that OnnxExport.Export wrote.");
            HasTrainedHead = true;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The configuration that it was exported with.</summary>
    public ConfigFile File { get; private init; }

    /// <summary>Whether the weights of the head that the configuration names are there.</summary>
    public bool HasTrainedHead { get; private init; }

    /// <summary>What it computes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Opens an ONNX file, a folder with a <c>model.onnx</c>, or a checkpoint.</summary>
    /// <param name="folderOrFile">Where it is; of a folder that holds both, <c>model.onnx</c> counts.</param>
    /// <param name="threads">That compute one batch; null for as many as cores.</param>
    /// <exception cref="FileNotFoundException">There is no model.</exception>
    /// <exception cref="InvalidDataException">The file is not ONNX or was not written by this program, or config and weights do not fit each other.</exception>
    public static OnnxModel Open(string folderOrFile, int? threads = null)
    {
        string path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, OnnxGraphFile.FileName) : folderOrFile;
        if (System.IO.File.Exists(path) && Path.GetExtension(path) == ".onnx")
        {
            return new OnnxModel(path, System.IO.File.OpenRead(path), threads);
        }

        WeightsLocation weights = WeightsLocation.Of(folderOrFile);
        return System.IO.File.Exists(weights.File)
            ? OfCheckpoint(weights, threads)
            : throw new FileNotFoundException($"{folderOrFile}: there is no model; expected {OnnxGraphFile.FileName}, or {ConfigFile.Name} with one of {string.Join(", ", WeightsLocation.Names)}.", path);
    }

    /// <summary>
    /// Builds the graph. A head whose weights are missing is left out of it, and so is pooling that is not the mean, which readers of the hidden states do.
    /// </summary>
    private static OnnxModel OfCheckpoint(WeightsLocation location, int? threads)
    {
        ConfigFile config = location.ReadConfig();
        using IWeightsFile file = location.Open();
        var weights = new StoredModelWeights(file, location.File);
        bool hasHead = weights.HasHead(config.Architecture);
        bool poolsByMean = config.Architecture != ModelHeads.Embedding || SentenceTransformer.Read(location.Folder).Pooling.IsMean;
        var stream = new FileStream(
            Path.Combine(Path.GetTempPath(), $"bigs-{Guid.NewGuid():n}.onnx"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        try
        {
            OnnxGraphFile.WriteTo(stream, hasHead && poolsByMean ? config : config with { Architecture = ModelHeads.Encoder }, weights);
            return new OnnxModel(location.File, stream, threads) { File = config, HasTrainedHead = hasHead };
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Computes what is asked for, and no more.</summary>
    /// <param name="shape">Of every input: (b, l); (b, choices, l) for multiple choice.</param>
    /// <param name="inputIds">Row by row.</param>
    /// <param name="attentionMask">1 = text, 0 = padding.</param>
    /// <param name="tokenTypeIds">0 = first text, 1 = second.</param>
    /// <param name="outputs">Names of what is asked for.</param>
    /// <returns>For each name its numbers and their dimensions.</returns>
    /// <exception cref="ArgumentException">It computes no such output.</exception>
    public IReadOnlyList<(float[] Values, long[] Shape)> Run(
        long[] shape, long[] inputIds, long[] attentionMask, long[] tokenTypeIds, IReadOnlyCollection<string> outputs)
    {
        InferenceSession session = Session(outputs, null);
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(inputIds, shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(attentionMask, shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(tokenTypeIds, shape);
        var all = new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask, ["token_type_ids"] = types };
        return Run(session, [.. session.InputNames.Select(name => (name, all[name]))], outputs);
    }

    /// <summary>A masked language model's scores of words at some places only.</summary>
    /// <param name="states">Hidden states at these places: (p, d).</param>
    /// <returns>(1, p, v).</returns>
    /// <exception cref="ArgumentException">It computes none.</exception>
    public (float[] Values, long[] Shape) Logits(float[] states)
    {
        int d = File.Config.HiddenSize;
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(states, [1, states.Length / d, d]);
        return Run(Session([Scores], States), [(States, value)], [Scores])[0];
    }

    public void Dispose()
    {
        foreach (Lazy<InferenceSession> session in _sessions.Values.Where(session => session.IsValueCreated))
        {
            session.Value.Dispose();
        }

        _run.Dispose();
        _stream.Dispose();
    }

    private IReadOnlyList<(float[] Values, long[] Shape)> Run(InferenceSession session, (string Name, OrtValue Value)[] inputs, IReadOnlyCollection<string> outputs)
    {
        using IDisposableReadOnlyCollection<OrtValue> results =
            session.Run(_run, [.. inputs.Select(input => input.Name)], [.. inputs.Select(input => input.Value)], outputs);
        return [.. results.Select(result => (result.GetTensorDataAsSpan<float>().ToArray(), result.GetTensorTypeAndShape().Shape))];
    }

    private InferenceSession Session(IReadOnlyCollection<string> outputs, string? from) =>
        _sessions.GetOrAdd($"{from}>{string.Join(',', outputs)}", _ => new Lazy<InferenceSession>(() => Load(Read().Part(outputs, from)))).Value;

    private OnnxFile Read()
    {
        byte[] bytes = new byte[_stream.Length];
        lock (_stream)
        {
            _stream.Position = 0;
            _stream.ReadExactly(bytes);
        }

        return new OnnxFile(bytes, _path);
    }

    private InferenceSession Load(byte[] part)
    {
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = _threads ?? 0 };
            return new InferenceSession(part, options);
        }
        catch (OnnxRuntimeException broken)
        {
            throw new InvalidDataException($"{_path}: ONNX Runtime does not open it: {broken.Message}", broken);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException(
                "ONNX Runtime's own library is not there; reference the package Microsoft.ML.OnnxRuntime in the program (the library brings the managed half only).", missing);
        }
    }
}
