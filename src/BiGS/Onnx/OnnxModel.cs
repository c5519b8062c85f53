using BiGS.Checkpoints;
using Microsoft.ML.OnnxRuntime;

namespace BiGS.Onnx;

/// <summary>A model that <see cref="OnnxExport"/> wrote, computed by ONNX Runtime; nothing of libtorch is needed. Several threads may use one.</summary>
public sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    private OnnxModel(InferenceSession session, ConfigFile file)
    {
        _session = session;
        File = file;
    }

    /// <summary>The configuration that it was exported with.</summary>
    public ConfigFile File { get; }

    /// <summary>What it computes.</summary>
    public IReadOnlyList<string> Outputs => _session.OutputNames;

    /// <summary>Opens a file, or a folder with a <c>model.onnx</c>.</summary>
    /// <param name="folderOrFile">Where it is.</param>
    /// <param name="threads">That compute one batch; null for as many as cores.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is not ONNX, or was not written by this program.</exception>
    public static OnnxModel Open(string folderOrFile, int? threads = null)
    {
        string path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, OnnxExport.FileName) : folderOrFile;
        if (!System.IO.File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file; write it with bigs export --format onnx.", path);
        }

        InferenceSession session = Load(path, threads);
        if (!session.ModelMetadata.CustomMetadataMap.TryGetValue(OnnxExport.ConfigFact, out string? config))
        {
            session.Dispose();
            throw new InvalidDataException($"{path}: an ONNX file, but none that bigs export wrote: its metadata lack {OnnxExport.ConfigFact}.");
        }

        return new OnnxModel(session, ConfigFile.Parse(config, path, ConfigOrigin.AuthorsPyTorch));
    }

    /// <summary>Computes.</summary>
    /// <param name="shape">Of every input: (b, l); (b, choices, l) for multiple choice.</param>
    /// <param name="inputIds">Row by row.</param>
    /// <param name="attentionMask">1 = text, 0 = padding.</param>
    /// <param name="tokenTypeIds">0 = first text, 1 = second.</param>
    /// <param name="outputs">Names of what is asked for.</param>
    /// <returns>For each name its numbers and their dimensions.</returns>
    public IReadOnlyList<(float[] Values, long[] Shape)> Run(long[] shape, long[] inputIds, long[] attentionMask, long[] tokenTypeIds, IReadOnlyCollection<string> outputs)
    {
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(inputIds, shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(attentionMask, shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(tokenTypeIds, shape);
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, ["input_ids", "attention_mask", "token_type_ids"], [ids, mask, types], outputs);
        return [.. results.Select(result => (result.GetTensorDataAsSpan<float>().ToArray(), result.GetTensorTypeAndShape().Shape))];
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static InferenceSession Load(string path, int? threads)
    {
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = threads ?? 0 };
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException broken)
        {
            throw new InvalidDataException($"{path}: ONNX Runtime does not open it: {broken.Message}", broken);
        }
    }
}
