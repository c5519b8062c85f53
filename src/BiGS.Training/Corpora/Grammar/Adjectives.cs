using System.Collections.Frozen;

namespace BiGS.Training.Corpora;

/// <summary>Adjectives by the kinds of noun that they fit.</summary>
internal static class Adjectives
{
    private static readonly (Kind Nouns, string[] Words)[] Table =
    [
        (Kind.Person, """
            tall short young old happy sad tired clever quiet famous rich poor brave proud lazy friendly polite angry busy strong
            honest nervous hungry careful curious lonely cheerful
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        (Kind.Thing & ~(Kind.Food | Kind.Animal), ["old", "new"]),
        (Kind.Thing & ~(Kind.Food | Kind.Music), ["small", "beautiful", "strange"]),
        (Kind.Tool | Kind.Storage | Kind.Surface | Kind.Fixture | Kind.Opening | Kind.Vehicle | Kind.Instrument,
            ["heavy", "solid", "large"]),
        (Kind.Portable & ~Kind.Writing, ["cheap", "expensive"]),
        (Kind.Storage | Kind.Surface | Kind.Opening | Kind.Vessel, ["wooden"]),
        (Kind.Storage | Kind.Surface | Kind.Opening | Kind.Vessel | Kind.Vehicle | Kind.Garment,
            ["red", "blue", "green", "white", "black", "yellow", "grey", "brown", "dirty"]),
        (Kind.Animal, ["hungry", "wild", "tame", "brown", "white", "black", "young", "old", "thirsty"]),
        (Kind.Plant, ["tall", "wild", "green", "red", "white", "yellow"]),
        (Kind.Food, ["fresh", "sweet", "cold", "warm", "delicious", "small", "large"]),
        (Kind.Tool | Kind.Key, ["rusty", "useful", "long"]),
        (Kind.Fixture, ["useful", "bright", "modern"]),
        (Kind.Opening, ["narrow", "wide"]),
        (Kind.Vehicle | Kind.Vessel, ["fast", "slow", "empty", "full"]),
        (Kind.Storage, ["empty", "full"]),
        (Kind.Instrument, ["loud", "modern"]),
        (Kind.Music, ["slow", "sad", "cheerful", "popular", "short", "famous"]),
        (Kind.Writing, ["long", "short", "interesting", "funny", "secret", "useful", "important"]),
        (Kind.Picture, ["famous", "colourful", "modern", "ugly"]),
        (Kind.Garment, ["warm", "soft", "elegant", "ugly"]),
        (Kind.Treasure, ["precious", "rare", "tiny", "soft"]),
        (Kind.Place, ["old", "new", "small", "large", "quiet", "busy", "dark", "bright", "cold", "famous", "beautiful", "dusty"]),
    ];

    private static readonly string[][] ByKind =
        [.. Kinds.Single.Select(kind => Table.Where(row => row.Nouns.HasFlag(kind)).SelectMany(row => row.Words).ToArray())];

    public static string[] For(Kind kind) => ByKind[Kinds.Index(kind)];

    public static IEnumerable<string> All => Table.SelectMany(row => row.Words);

    /// <summary>Before an adjective that has degrees: very old.</summary>
    public static string[] Degree { get; } = ["very", "quite", "rather"];

    public static bool HasDegrees(string adjective) => !Absolute.Contains(adjective);

    private static readonly FrozenSet<string> Absolute = FrozenSet.ToFrozenSet(
    [
        "red", "blue", "green", "white", "black", "yellow", "grey", "brown", "wooden", "delicious", "empty", "full", "modern",
    ]);
}
