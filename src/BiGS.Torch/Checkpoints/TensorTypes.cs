using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>Element types of weights files and those of TorchSharp.</summary>
internal static class TensorTypes
{
    private static readonly (ElementType File, ScalarType Tensor)[] Pairs =
    [
        (ElementType.Float64, ScalarType.Float64), (ElementType.Float32, ScalarType.Float32), (ElementType.Float16, ScalarType.Float16),
        (ElementType.BFloat16, ScalarType.BFloat16), (ElementType.Int64, ScalarType.Int64), (ElementType.Int32, ScalarType.Int32),
        (ElementType.Int16, ScalarType.Int16), (ElementType.Int8, ScalarType.Int8), (ElementType.UInt8, ScalarType.Byte),
        (ElementType.Bool, ScalarType.Bool), (ElementType.Complex64, ScalarType.ComplexFloat32),
    ];

    /// <summary>TorchSharp's name for an element type.</summary>
    public static ScalarType ToScalarType(this ElementType type) => Array.Find(Pairs, pair => pair.File == type).Tensor;

    /// <summary>The element type that a tensor's numbers have in a weights file.</summary>
    /// <exception cref="ArgumentException">No weights file holds this type.</exception>
    public static ElementType ToElementType(this ScalarType type) => Array.FindIndex(Pairs, pair => pair.Tensor == type) is >= 0 and var found
        ? Pairs[found].File
        : throw new ArgumentException($"Weights files hold no {type}.");
}
