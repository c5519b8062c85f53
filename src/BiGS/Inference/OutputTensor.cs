namespace BiGS.Inference;

/// <summary>One output of a model in single precision, the last dimension side by side.</summary>
/// <param name="Values">All numbers, row by row.</param>
/// <param name="Shape">The dimensions.</param>
public sealed record OutputTensor(float[] Values, long[] Shape)
{
    /// <summary>The size of the last dimension.</summary>
    public int Width => (int)Shape[^1];

    /// <summary>The numbers along the last dimension.</summary>
    /// <param name="index">Which row of them, counted through all other dimensions.</param>
    public ReadOnlySpan<float> Row(int index) => Values.AsSpan(index * Width, Width);
}
