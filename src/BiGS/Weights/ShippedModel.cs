namespace BiGS.Weights;

/// <summary>The two small English models that come with the library, for whoever has none at hand: their cards are the README.md beside their weights.</summary>
public static class ShippedModel
{
    /// <summary>What the one is called that fills masks.</summary>
    public const string Name = "english";

    /// <summary>What the one is called that embeds: what vectors and search take where no model is named.</summary>
    public const string EmbeddingName = "english-embed";

    /// <summary>The folder of the model that fills masks, beside the program.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was published without it.</exception>
    public static string Folder => FolderOf(Name);

    /// <summary>The folder of the model that embeds, beside the program.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was published without it.</exception>
    public static string EmbeddingFolder => FolderOf(EmbeddingName);

    /// <summary>Whether a name is one of the two.</summary>
    public static bool IsName(string name) => name is Name or EmbeddingName;

    /// <summary>The folder of one of the two.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was published without it.</exception>
    internal static string FolderOf(string name)
    {
        string place = Path.Combine(AppContext.BaseDirectory, "models", name);
        return Directory.Exists(place)
            ? place
            : throw new DirectoryNotFoundException($"{place}: the model that comes with BiGS is not there; copy models/{name} beside the program, or give another model.");
    }
}
