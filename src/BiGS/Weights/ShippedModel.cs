namespace BiGS.Weights;

/// <summary>The small English model that comes with the library, for whoever has none at hand: its card is the README.md beside its weights.</summary>
public static class ShippedModel
{
    /// <summary>What it is called.</summary>
    public const string Name = "english";

    private static readonly string Place = Path.Combine(AppContext.BaseDirectory, "models", Name);

    /// <summary>Its folder, beside the program.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was published without it.</exception>
    public static string Folder => Directory.Exists(Place)
        ? Place
        : throw new DirectoryNotFoundException($"{Place}: the model that comes with BiGS is not there; copy models/english beside the program, or give another model.");
}
