using BiGS.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>Precisions of libtorch's models.</summary>
internal static class Precisions
{
    /// <summary>Sets a model to compute in a precision, and converts its weights where that asks for it.</summary>
    public static void ComputeIn(this HeadedModel model, Precision precision)
    {
        if (precision == Precision.Fp64)
        {
            model.to(ScalarType.Float64);
        }

        model.ComputeIn(precision switch
        {
            Precision.Fp32 => ScalarType.Float32,
            Precision.Bf16 => ScalarType.BFloat16,
            Precision.Fp64 => ScalarType.Float64,
            _ => throw new ArgumentException($"TorchOptions.Precision is {precision}; libtorch computes in {Precision.Fp32}, {Precision.Bf16} or {Precision.Fp64}, and OnnxBackend in {Precision.Int8}."),
        });
    }
}
