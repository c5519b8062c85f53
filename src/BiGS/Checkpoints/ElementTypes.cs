using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>The element types of tensors, under the names that the three formats give them.</summary>
/// <param name="Safetensors">In the header of a safetensors file.</param>
/// <param name="Numpy">In a Flax file.</param>
/// <param name="Storage">The class of <c>torch</c> in a pickle.</param>
/// <param name="Type">Ours.</param>
/// <param name="Width">Bytes of an element.</param>
internal sealed record ElementTypes(string Safetensors, string Numpy, string Storage, ScalarType Type, int Width)
{
    private static readonly ElementTypes[] All =
    [
        new("F64", "float64", "DoubleStorage", ScalarType.Float64, 8),
        new("F32", "float32", "FloatStorage", ScalarType.Float32, 4),
        new("F16", "float16", "HalfStorage", ScalarType.Float16, 2),
        new("BF16", "bfloat16", "BFloat16Storage", ScalarType.BFloat16, 2),
        new("I64", "int64", "LongStorage", ScalarType.Int64, 8),
        new("I32", "int32", "IntStorage", ScalarType.Int32, 4),
        new("I16", "int16", "ShortStorage", ScalarType.Int16, 2),
        new("I8", "int8", "CharStorage", ScalarType.Int8, 1),
        new("U8", "uint8", "ByteStorage", ScalarType.Byte, 1),
        new("BOOL", "bool", "BoolStorage", ScalarType.Bool, 1),
        new("C64", "complex64", "ComplexFloatStorage", ScalarType.ComplexFloat32, 8),
    ];

    /// <exception cref="ArgumentException">No weights file holds this type.</exception>
    public static ElementTypes Of(ScalarType type) => Array.Find(All, known => known.Type == type)
        ?? throw new ArgumentException($"Weights files hold no {type}.");

    public static int WidthOf(ScalarType type) => Of(type).Width;

    /// <summary>The type of this name in a safetensors file; null where it is none that is read, such as F8_E4M3.</summary>
    public static ElementTypes? OfSafetensors(string name) => Array.Find(All, known => known.Safetensors == name);

    /// <summary>The type of this name in numpy; null where it is none that is read.</summary>
    public static ElementTypes? OfNumpy(string name) => Array.Find(All, known => known.Numpy == name);

    /// <summary>The type of a storage class, null where it is none.</summary>
    public static ElementTypes? OfStorage(string name) => Array.Find(All, known => known.Storage == name);

    /// <summary>What is said of a tensor that is wanted, and of a type that is not read.</summary>
    public static InvalidDataException NotRead(string path, string tensor, string type) => new(
        $"{path}: \"{tensor}\" is of the type {type}, which is not read here; save it as {string.Join(", ", All.Select(known => known.Safetensors).Take(4))}.");
}
