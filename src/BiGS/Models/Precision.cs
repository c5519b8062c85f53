using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Models;

/// <summary>What a model computes in.</summary>
public enum Precision
{
    /// <summary>Single precision throughout.</summary>
    Fp32,

    /// <summary>Half-width products over single-precision weights, LayerNorms, residuals and loss.</summary>
    Bf16,

    /// <summary>Double throughout, weights included: for comparing, where sums cancel to zero.</summary>
    Fp64,
}

public static class Precisions
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
            _ => ScalarType.Float64,
        });
    }
}
