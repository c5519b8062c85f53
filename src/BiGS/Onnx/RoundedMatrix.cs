namespace BiGS.Onnx;

/// <summary>A matrix in whole numbers, every row or column scaled by its own largest number: w ≈ r_j V with |V| at most a given number.</summary>
/// <param name="shape">Rows and columns.</param>
/// <param name="axis">What has a scale: 0 for each row, 1 for each column.</param>
/// <param name="largest">The largest |V|.</param>
/// <param name="numbers">Makes the matrix, row by row, when it is to be written.</param>
internal sealed class RoundedMatrix(long[] shape, int axis, float largest, Func<float[]> numbers)
{
    private const float Tiny = 1e-30f;

    /// <summary>r.</summary>
    public float[] Scales() => Scales(numbers());

    /// <summary>V, row by row.</summary>
    public sbyte[] Values()
    {
        float[] matrix = numbers();
        float[] scales = Scales(matrix);
        sbyte[] values = new sbyte[matrix.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)Math.Round(matrix[i] / scales[Place(i)]);
        }

        return values;
    }

    private float[] Scales(float[] matrix)
    {
        float[] scales = new float[shape[axis]];
        for (int i = 0; i < matrix.Length; i++)
        {
            scales[Place(i)] = Math.Max(scales[Place(i)], Math.Abs(matrix[i]));
        }

        return [.. scales.Select(most => Math.Max(most, Tiny) / largest)];
    }

    /// <summary>The row or column of the matrix's i-th number.</summary>
    private int Place(int i) => axis == 0 ? i / (int)shape[1] : i % (int)shape[1];
}
