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
    ];

    /// <exception cref="ArgumentException">No weights file holds this type.</exception>
    public static ElementTypes Of(ScalarType type) => Array.Find(All, known => known.Type == type)
        ?? throw new ArgumentException($"Weights files hold no {type}.");

    public static int WidthOf(ScalarType type) => Of(type).Width;

    /// <exception cref="FormatException">The name is not one of safetensors'.</exception>
    public static ElementTypes OfSafetensors(string name) => Named(name, known => known.Safetensors);

    /// <exception cref="FormatException">The name is not one of numpy's that weights have.</exception>
    public static ElementTypes OfNumpy(string name) => Named(name, known => known.Numpy);

    /// <summary>The type of a storage class, null where it is none.</summary>
    public static ElementTypes? OfStorage(string name) => Array.Find(All, known => known.Storage == name);

    private static ElementTypes Named(string name, Func<ElementTypes, string> naming) => Array.Find(All, known => naming(known) == name)
        ?? throw new FormatException($"the element type {name} is not one of {string.Join(", ", All.Select(naming))}");
}
