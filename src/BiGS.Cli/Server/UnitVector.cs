namespace BiGS.Cli.Server;

/// <summary>Vectors of length 1, whose dot product is a cosine.</summary>
internal static class UnitVector
{
    public static float[] Of(float[] vector)
    {
        double length = Math.Max(Math.Sqrt(vector.Sum(x => (double)x * x)), double.Epsilon);
        return [.. vector.Select(x => (float)(x / length))];
    }

    public static double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();
}
