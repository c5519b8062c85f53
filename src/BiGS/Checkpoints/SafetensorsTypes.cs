using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>The names that safetensors gives to element types.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Width)[] All =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static ScalarType Of(string name)
    {
        foreach (var known in All)
        {
            if (known.Name == name)
            {
                return known.Type;
            }
        }

        throw new FormatException($"the element type {name} is not one of {string.Join(", ", All.Select(known => known.Name))}");
    }

    public static string Name(ScalarType type) => Array.Find(All, known => known.Type == type).Name
        ?? throw new ArgumentException($"Safetensors files hold no {type}.");

    public static int Width(ScalarType type) => Array.Find(All, known => known.Type == type).Width;
}
