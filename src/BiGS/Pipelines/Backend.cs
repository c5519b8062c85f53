using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Onnx;

namespace BiGS.Pipelines;

/// <summary>What computes a model's answers.</summary>
public enum Backend
{
    /// <summary>libtorch, from a checkpoint.</summary>
    Libtorch,

    /// <summary>ONNX Runtime, from what <c>bigs export</c> wrote; libtorch need not be on the machine.</summary>
    Onnx,
}

/// <summary>Opens a model for a backend.</summary>
internal static class Backends
{
    /// <param name="backend">What computes.</param>
    /// <param name="folder">A checkpoint, or where <c>model.onnx</c> is.</param>
    /// <param name="how">Route and device, which are libtorch's.</param>
    /// <param name="precision">What to compute in; an exported model is what it is.</param>
    /// <exception cref="ArgumentException">Something is asked for that the backend does not have.</exception>
    public static IBackend Open(this Backend backend, string folder, OpenOptions? how, Precision precision)
    {
        if (backend == Backend.Libtorch)
        {
            return TorchBackend.Open(folder, how ?? new OpenOptions(), precision);
        }

        if (how is not null || precision != Precision.Fp32)
        {
            throw new ArgumentException("route, device and precision are libtorch's; an ONNX model computes in what it was exported in (bigs export --int8), on the processor.");
        }

        return new OnnxBackend(OnnxModel.Open(folder));
    }
}
