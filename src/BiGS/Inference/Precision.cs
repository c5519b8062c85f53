namespace BiGS.Inference;

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
