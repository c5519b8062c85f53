namespace BiGS.Weights;

/// <summary>What a shape costs, counted before anything is set aside for it.</summary>
internal static class TensorSize
{
    private const int MostDimensions = 16;

    /// <summary>width · Π n. A shape with a zero in it costs nothing, but its other dimensions must be possible all the same.</summary>
    /// <exception cref="FormatException">Negative, of too many dimensions, or beyond 2⁶³ bytes.</exception>
    public static long Bytes(IReadOnlyCollection<long> shape, int width)
    {
        if (shape.Count > MostDimensions)
        {
            throw new FormatException($"it has {shape.Count} dimensions, and weights have at most {MostDimensions}");
        }

        UInt128 bytes = (UInt128)width;
        bool empty = false;
        foreach (long n in shape)
        {
            if (n < 0)
            {
                throw new FormatException($"it has a negative dimension ({n})");
            }

            empty |= n == 0;
            bytes *= (UInt128)Math.Max(1, n);
            if (bytes > long.MaxValue)
            {
                throw new FormatException($"its shape ({string.Join(", ", shape)}) is beyond any file");
            }
        }

        return empty ? 0 : (long)bytes;
    }
}
