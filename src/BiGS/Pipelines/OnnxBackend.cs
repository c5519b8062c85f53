using BiGS.Checkpoints;
using BiGS.Onnx;

namespace BiGS.Pipelines;

/// <summary>ONNX Runtime on the processor: computes <c>model.onnx</c> as it was exported. libtorch is not needed.</summary>
public sealed record OnnxBackend : IInferenceBackend
{
    /// <summary>Threads that compute one batch; null for as many as there are cores.</summary>
    public int? Threads { get; init; }

    /// <inheritdoc/>
    public IModelSession Open(string folder)
    {
        if (File.Exists(Path.Combine(folder, ConfigFile.Name)) && !File.Exists(Path.Combine(folder, OnnxGraphFile.FileName)))
        {
            throw new FileNotFoundException(
                $"{folder}: holds a checkpoint and no {OnnxGraphFile.FileName}, which ONNX Runtime computes; export it with OnnxExport.Export, or open it with "
                + "the TorchBackend of BiGS.Torch (OpenOptions.Backend).");
        }

        return new OnnxSession(OnnxModel.Open(folder, Threads));
    }
}
