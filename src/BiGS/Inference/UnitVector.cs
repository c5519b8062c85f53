namespace BiGS.Inference;

/// <summary>Vectors of length 1, whose dot product is the cosine of the angle between them.</summary>
public static class UnitVector
{
    /// <summary>x / ‖x‖, computed in double; a vector of zeros stays one.</summary>
    public static float[] Of(IReadOnlyCollection<double> vector)
    {
        double scale = 1 / Math.Max(Math.Sqrt(vector.Sum(x => x * x)), double.Epsilon);
        return [.. vector.Select(x => (float)(x * scale))];
    }

    /// <inheritdoc cref="Of(IReadOnlyCollection{double})"/>
    public static float[] Of(float[] vector) => Of([.. vector.Select(x => (double)x)]);

    /// <summary>The cosine between two vectors of length 1.</summary>
    public static double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();
}
