using BiGS.Onnx;

namespace BiGS.Inference;

/// <summary>
/// ONNX Runtime on the processor, without libtorch. Of a folder with a <c>model.onnx</c> it computes that file; of a checkpoint, the graph that it
/// builds from the weights.
/// </summary>
public sealed record OnnxBackend : IInferenceBackend
{
    /// <summary>Threads that compute one batch; null for as many as there are cores.</summary>
    public int? Threads { get; init; }

    /// <inheritdoc/>
    public IModelSession Open(string folder) => new OnnxSession(OnnxModel.Open(folder, Threads));
}
