namespace BiGS.Studies;

/// <summary>A figure over the seeds of a study: with two or three of them, their mean and their ends say all there is to say.</summary>
public readonly record struct SeedSpread(double Mean, double Low, double High)
{
    /// <summary>Of the figures that are there; null where none is.</summary>
    public static SeedSpread? Of(IEnumerable<double?> figures)
    {
        double[] known = [.. figures.OfType<double>()];
        return known.Length > 0 ? new SeedSpread(known.Average(), known.Min(), known.Max()) : null;
    }

    /// <summary>Whether every seed of one is beyond every seed of the other.</summary>
    public bool IsApartFrom(SeedSpread other) => Low > other.High || High < other.Low;
}
