namespace BiGS.Training.Corpora;

/// <summary>Which preposition can tie a noun of one kind to a noun of another: the boats near the pier, the key to the door.</summary>
internal static class Prepositions
{
    /// <summary>Stands for the place's own: in the kitchen, on the pier.</summary>
    public const string OfPlace = "";

    private const Kind Landmark = Kind.Person | Kind.Standing | Kind.Animal | Kind.Place | Kind.Instrument;

    private static readonly (Kind Head, string[] Words, Kind Target)[] Table =
    [
        (Kind.Person | Kind.Animal | Kind.Standing | Kind.Portable | Kind.Place, ["near", "beside", "behind"], Landmark & ~Kind.Animal),
        (Kind.Person, ["next to", "in front of", "across from"], Landmark),
        (Kind.Person, ["with"], Kind.Portable & ~Kind.Food),
        (Kind.Person | Kind.Animal | Kind.Standing | Kind.Portable, [OfPlace, OfPlace], Kind.Place),
        (Kind.Person, ["from"], Kind.Place),
        (Kind.Portable & ~(Kind.Picture | Kind.Storage), ["in", "in"], Kind.Storage),
        (Kind.Portable, ["on", "on", "on"], Kind.Surface),
        (Kind.Portable | Kind.Vehicle | Kind.Vessel | Kind.Animal, ["of", "of"], Kind.Person),
        (Kind.Key, ["to", "to", "to", "to"], Kind.Opening | Kind.Place | Kind.Storage),
        (Kind.Opening, ["of", "of"], Kind.Place),
        (Kind.Picture, ["of", "of", "of"], Kind.Animal | Kind.Vessel | Kind.Plant | Kind.Place),
        (Kind.Writing | Kind.Music, ["about", "about"], Kind.Person | Kind.Animal | Kind.Vessel | Kind.Vehicle | Kind.Plant | Kind.Place),
        (Kind.Writing | Kind.Music, ["for", "from"], Kind.Person),
        (Kind.Music, ["of"], Kind.Person),
    ];

    private static readonly string[][] Pairs =
    [
        .. from head in Kinds.Single
           from target in Kinds.Single
           select Table.Where(row => row.Head.HasFlag(head) && row.Target.HasFlag(target)).SelectMany(row => row.Words).ToArray(),
    ];

    private static readonly string[][] LocativePairs = [.. Pairs.Select(words => words.Where(IsLocative).ToArray())];

    /// <summary>As often as it is likely; empty where nothing ties the two.</summary>
    public static string[] Between(Kind head, Kind target) => Pairs[Pair(head, target)];

    /// <summary>Those of <see cref="Between"/> that say where: the boats are near the pier.</summary>
    public static string[] Locating(Kind head, Kind target) => LocativePairs[Pair(head, target)];

    public static IEnumerable<string> All => Table.SelectMany(row => row.Words).Where(words => words != OfPlace);

    private static int Pair(Kind head, Kind target) => (Kinds.Index(head) * Kinds.Single.Length) + Kinds.Index(target);

    private static bool IsLocative(string words) => words is not ("of" or "to" or "about" or "for" or "from" or "with");
}
