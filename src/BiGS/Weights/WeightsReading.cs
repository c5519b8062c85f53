using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BiGS.Weights;

/// <summary>Tensors of weights files as arrays.</summary>
internal static class WeightsReading
{
    /// <summary>Bytes that are read and converted at a time.</summary>
    private const int PieceBytes = 1 << 24;

    private delegate void Conversion(ReadOnlySpan<byte> stored, Span<float> numbers);

    /// <summary>A tensor's elements row by row in single precision, rounded to the nearest where the file has more digits; a bool is 0 or 1.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, is damaged, or the tensor is complex or too long for an array.</exception>
    public static float[] ReadFloats(this IWeightsFile file, string name)
    {
        ElementType type = file.Type(name);
        int width = ElementTypeNames.WidthOf(type);
        long count = TensorSize.Bytes(file.Shape(name), width) / width;
        float[] numbers = count <= Array.MaxLength
            ? new float[count]
            : throw new InvalidDataException($"\"{name}\" has {count} elements; an array holds at most {Array.MaxLength}.");
        if (type == ElementType.Float32)
        {
            ReadPieces(file, name, numbers);
        }
        else
        {
            Convert(file, name, numbers, width, ConversionFrom(type, name));
        }

        return numbers;
    }

    /// <summary>Checks that bytes asked for are whole elements of a tensor.</summary>
    internal static void RequireWithin(this IWeightsFile file, string name, long offset, int length)
    {
        int width = ElementTypeNames.WidthOf(file.Type(name));
        long bytes = TensorSize.Bytes(file.Shape(name), width);
        if (offset < 0 || offset > bytes - length || offset % width != 0 || length % width != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"Bytes {offset} to {offset + length} of \"{name}\" were asked for; it has {bytes}, {width} per element.");
        }
    }

    /// <summary>Straight into the array, whose bytes may be more than one span can have.</summary>
    private static void ReadPieces(IWeightsFile file, string name, float[] numbers)
    {
        const int Most = int.MaxValue / sizeof(float);
        for (int at = 0; at < numbers.Length; at += Math.Min(Most, numbers.Length - at))
        {
            file.ReadBytes(name, (long)at * sizeof(float), MemoryMarshal.AsBytes(numbers.AsSpan(at, Math.Min(Most, numbers.Length - at))));
        }
    }

    private static void Convert(IWeightsFile file, string name, float[] numbers, int width, Conversion convert)
    {
        byte[] stored = ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceBytes, (long)numbers.Length * width));
        try
        {
            int atOnce = Math.Max(1, stored.Length / width);
            for (int at = 0, count; at < numbers.Length; at += count)
            {
                count = Math.Min(atOnce, numbers.Length - at);
                Span<byte> piece = stored.AsSpan(0, count * width);
                file.ReadBytes(name, (long)at * width, piece);
                convert(piece, numbers.AsSpan(at, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private static Conversion ConversionFrom(ElementType type, string name) => type switch
    {
        ElementType.Float64 => FromNumbers<double>,
        ElementType.Float16 => FromNumbers<Half>,
        ElementType.BFloat16 => FromBFloat16,
        ElementType.Int64 => FromNumbers<long>,
        ElementType.Int32 => FromNumbers<int>,
        ElementType.Int16 => FromNumbers<short>,
        ElementType.Int8 => FromNumbers<sbyte>,
        ElementType.UInt8 or ElementType.Bool => FromNumbers<byte>,
        _ => throw new InvalidDataException($"\"{name}\" holds {type}; expected real numbers."),
    };

    private static void FromNumbers<T>(ReadOnlySpan<byte> stored, Span<float> numbers)
        where T : unmanaged, INumberBase<T>
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(stored);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = float.CreateTruncating(from[i]);
        }
    }

    /// <summary>The bits of a bfloat16 are the upper half of those of the same number in single precision.</summary>
    private static void FromBFloat16(ReadOnlySpan<byte> stored, Span<float> numbers)
    {
        ReadOnlySpan<ushort> from = MemoryMarshal.Cast<byte, ushort>(stored);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
        }
    }
}
