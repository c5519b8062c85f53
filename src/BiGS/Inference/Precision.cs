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

    /// <summary>Large matrices, and what they multiply, in whole numbers of eight bits: faster, in a quarter of the memory, and near the model's answers. ONNX Runtime only.</summary>
    Int8,
}
