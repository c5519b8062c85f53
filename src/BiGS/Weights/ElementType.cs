namespace BiGS.Weights;

/// <summary>The types of the numbers in a weights file. Bytes are little-endian.</summary>
internal enum ElementType
{
    /// <summary>IEEE double precision, 8 bytes.</summary>
    Float64,

    /// <summary>IEEE single precision, 4 bytes.</summary>
    Float32,

    /// <summary>IEEE half precision, 2 bytes.</summary>
    Float16,

    /// <summary>The upper half of a <see cref="Float32"/>, 2 bytes.</summary>
    BFloat16,

    /// <summary>Signed, 8 bytes.</summary>
    Int64,

    /// <summary>Signed, 4 bytes.</summary>
    Int32,

    /// <summary>Signed, 2 bytes.</summary>
    Int16,

    /// <summary>Signed, 1 byte.</summary>
    Int8,

    /// <summary>Unsigned, 1 byte.</summary>
    UInt8,

    /// <summary>0 or 1, 1 byte.</summary>
    Bool,

    /// <summary>Real and imaginary part, each a <see cref="Float32"/>; 8 bytes.</summary>
    Complex64,
}

/// <summary>An element type under the names that the file formats give it.</summary>
/// <param name="Type">The type.</param>
/// <param name="Safetensors">Its name in the header of a safetensors file.</param>
/// <param name="Numpy">Its name in a Flax file.</param>
/// <param name="Storage">Its storage class in <c>torch</c>, as a pickle names it.</param>
/// <param name="Width">Bytes per element.</param>
internal sealed record ElementTypeNames(ElementType Type, string Safetensors, string Numpy, string Storage, int Width)
{
    private static readonly ElementTypeNames[] All =
    [
        new(ElementType.Float64, "F64", "float64", "DoubleStorage", 8),
        new(ElementType.Float32, "F32", "float32", "FloatStorage", 4),
        new(ElementType.Float16, "F16", "float16", "HalfStorage", 2),
        new(ElementType.BFloat16, "BF16", "bfloat16", "BFloat16Storage", 2),
        new(ElementType.Int64, "I64", "int64", "LongStorage", 8),
        new(ElementType.Int32, "I32", "int32", "IntStorage", 4),
        new(ElementType.Int16, "I16", "int16", "ShortStorage", 2),
        new(ElementType.Int8, "I8", "int8", "CharStorage", 1),
        new(ElementType.UInt8, "U8", "uint8", "ByteStorage", 1),
        new(ElementType.Bool, "BOOL", "bool", "BoolStorage", 1),
        new(ElementType.Complex64, "C64", "complex64", "ComplexFloatStorage", 8),
    ];

    public static ElementTypeNames Of(ElementType type) => Array.Find(All, known => known.Type == type)
        ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type.");

    public static int WidthOf(ElementType type) => Of(type).Width;

    /// <summary>The type of this name in a safetensors file; null where it is not one that is read, such as F8_E4M3.</summary>
    public static ElementTypeNames? OfSafetensors(string name) => Array.Find(All, known => known.Safetensors == name);

    /// <summary>The type of this name in numpy; null where it is not one that is read.</summary>
    public static ElementTypeNames? OfNumpy(string name) => Array.Find(All, known => known.Numpy == name);

    /// <summary>The type of a storage class; null where it is not one.</summary>
    public static ElementTypeNames? OfStorage(string name) => Array.Find(All, known => known.Storage == name);

    /// <summary>The error for reading a tensor whose type is not read.</summary>
    public static InvalidDataException NotRead(string path, string tensor, string type) => new(
        $"{path}: \"{tensor}\" is of the type {type}, which is not read here; save it as {string.Join(", ", All.Select(known => known.Safetensors).Take(4))}.");
}
