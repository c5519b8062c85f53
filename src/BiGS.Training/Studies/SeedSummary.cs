namespace BiGS.Training.Studies;

/// <summary>A figure over the seeds of a study: with two or three of them, their mean and their ends say all there is to say.</summary>
/// <param name="Mean">Over the seeds.</param>
/// <param name="Low">Of the lowest.</param>
/// <param name="High">Of the highest.</param>
/// <param name="Count">Seeds.</param>
internal readonly record struct SeedSummary(double Mean, double Low, double High, int Count)
{
    /// <summary>Of the figures that are there; null where none is.</summary>
    public static SeedSummary? FromFigures(IEnumerable<double?> figures)
    {
        double[] known = [.. figures.OfType<double>()];
        return known.Length > 0 ? new SeedSummary(known.Average(), known.Min(), known.Max(), known.Length) : null;
    }

    /// <summary>Whether every seed of one is beyond every seed of the other. One seed alone does not tell how far another would be.</summary>
    public bool IsApartFrom(SeedSummary other) => Count > 1 && other.Count > 1 && (Low > other.High || High < other.Low);
}
