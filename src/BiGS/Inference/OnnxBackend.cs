using BiGS.Onnx;

namespace BiGS.Inference;

/// <summary>
/// ONNX Runtime on the processor, without libtorch. Of a checkpoint it computes the graph that it builds from the
/// weights, and keeps below <c>BIGS_CACHE</c> (by default the user's cache folder) for the next time; of a folder without weights, the <c>onnx/model.onnx</c> that was exported into it.
/// </summary>
public sealed record OnnxBackend : IInferenceBackend
{
    /// <summary>Threads that compute one batch; null for as many as there are cores.</summary>
    public int? Threads { get; init; }

    /// <summary>What a checkpoint is computed in: <see cref="Precision.Fp32"/>, or <see cref="Precision.Int8"/>. An exported file is computed as it is.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The precision is another.</exception>
    public IModelSession Open(string folder) => Precision is Precision.Fp32 or Precision.Int8
        ? new OnnxSession(OnnxModel.Open(folder, Threads, int8: Precision == Precision.Int8))
        : throw new ArgumentException($"OnnxBackend.Precision is {Precision}; ONNX Runtime computes in {Precision.Fp32} or {Precision.Int8}, and TorchBackend of BiGS.Torch in {Precision.Bf16} and {Precision.Fp64}.");
}
