namespace BiGS.Inference;

/// <summary>Vectors of length 1, whose dot product is the cosine of the angle between them.</summary>
internal static class UnitVector
{
    /// <summary>x / ‖x‖, computed in double; a vector of zeros stays one.</summary>
    public static float[] Normalize(IReadOnlyCollection<double> vector)
    {
        double scale = 1 / Math.Max(Math.Sqrt(vector.Sum(x => x * x)), double.Epsilon);
        return [.. vector.Select(x => (float)(x * scale))];
    }

    /// <inheritdoc cref="Normalize(IReadOnlyCollection{double})"/>
    public static float[] Normalize(float[] vector) => Normalize([.. vector.Select(x => (double)x)]);

    /// <summary>The cosine between two vectors of length 1.</summary>
    public static double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();
}
