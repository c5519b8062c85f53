namespace BiGS.Training.Corpora;

/// <summary>Every noun of the lexicon by kind. A slash gives an irregular plural, a colon the gender that the word tells.</summary>
internal static class Nouns
{
    private static readonly (Kind Kind, string Preposition, string Words)[] Table =
    [
        (Kind.Person, "", """
            man/men:m woman/women:f boy:m girl:f friend neighbour visitor child/children uncle:m aunt:f
            cook baker waiter:m waitress:f guest sailor captain fisherman/fishermen:m pilot teacher pupil student author
            farmer shepherd milkmaid:f singer pianist violinist drummer conductor actor:m actress:f dancer
            judge lawyer witness thief/thieves guard clerk doctor nurse patient surgeon gardener carpenter smith mechanic apprentice painter
            merchant customer seller librarian reader scholar poet driver passenger porter traveller
            king:m queen:f prince:m princess:f servant knight guide
            """),
        (Kind.Animal, "", "cow horse goat pig hen donkey dog cat gull swan duck owl"),
        (Kind.Plant, "", "rose tulip tree bush hedge vine flower"),
        (Kind.Food, "", "cake pie onion potato/potatoes sandwich apple pear egg cherry biscuit pancake carrot loaf/loaves orange"),
        (Kind.Tool, "", """
            knife/knives spoon pan rope net anchor rake spade hammer brush broom ladder wheel needle hook lantern candle shovel
            """),
        (Kind.Storage, "", "bowl jar basket box barrel crate bag bucket suitcase chest"),
        (Kind.Surface, "", "table bench shelf/shelves desk chair bed counter"),
        (Kind.Fixture, "", "oven stove cupboard lamp clock mirror engine sign"),
        (Kind.Opening, "", "door gate window"),
        (Kind.Vehicle, "", "cart tractor train bus bicycle wagon"),
        (Kind.Vessel, "", "boat ship ferry barge canoe"),
        (Kind.Instrument, "", "piano violin drum flute trumpet guitar"),
        (Kind.Music, "", "song tune melody waltz"),
        (Kind.Writing, "", "book letter map story poem report contract document diary novel newspaper dictionary ticket recipe"),
        (Kind.Picture, "", "picture portrait photograph statue poster drawing"),
        (Kind.Garment, "", "coat hat scarf/scarves apron uniform shoe robe dress glove costume"),
        (Kind.Treasure, "", "coin ring vase crown sword carpet bandage pill mask blanket"),
        (Kind.Key, "", "key"),
        (Kind.Place, "in", """
            kitchen pantry cellar harbour lighthouse classroom playground barn field stable theatre hall court office prison
            hospital ward garden greenhouse workshop shed yard square street library archive attic tunnel castle tower gallery museum
            """),
        (Kind.Place, "on", "pier beach farm stage platform bridge terrace"),
        (Kind.Place, "at", "school market stall station"),
    ];

    public static Noun[] All { get; } =
    [
        .. from row in Table
           from entry in row.Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
           select Inflection.ParseNoun(entry) with { Kind = row.Kind, Preposition = row.Preposition },
    ];

    private static readonly Dictionary<string, Noun> BySingular = All.ToDictionary(noun => noun.Singular);

    public static Noun[] Named(string singulars) => [.. singulars.Split(' ').Select(singular => BySingular[singular])];
}
