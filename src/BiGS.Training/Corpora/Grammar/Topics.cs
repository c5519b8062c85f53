namespace BiGS.Training.Corpora;

/// <summary>A world small enough for a page: a main place, its people, its things and the places about it.</summary>
internal sealed record Topic(Noun Place, Noun[] People, Noun[] Things, Noun[] Surroundings);

/// <summary>What documents are about.</summary>
internal static class Topics
{
    public static Topic[] All { get; } =
    [
        Of("kitchen", "cook baker waiter waitress guest apprentice",
            "cake pie onion potato sandwich biscuit recipe pancake knife spoon pan bowl jar table oven stove cupboard apron broom",
            "pantry cellar yard"),
        Of("harbour", "sailor captain fisherman pilot merchant passenger",
            "boat ship ferry barge canoe rope net anchor lantern barrel crate map gull hook",
            "pier lighthouse beach"),
        Of("school", "teacher pupil student author visitor",
            "book map story poem letter desk bag picture window chair clock report drawing",
            "classroom playground library"),
        Of("farm", "farmer shepherd milkmaid neighbour mechanic",
            "cow horse goat pig hen donkey duck cart tractor gate bucket egg potato wagon dog cat shovel",
            "barn field stable"),
        Of("theatre", "singer pianist violinist drummer conductor actor actress dancer",
            "piano violin drum flute trumpet guitar song tune melody waltz ticket poster costume",
            "stage hall terrace"),
        Of("court", "judge lawyer witness thief guard clerk",
            "contract letter report document desk door bench key robe chest window coin",
            "office prison archive"),
        Of("hospital", "doctor nurse patient surgeon visitor",
            "bed bandage pill blanket window letter flower coat basket lamp door book",
            "ward office garden"),
        Of("garden", "gardener neighbour visitor poet painter",
            "rose tulip tree bush hedge vine spade rake bucket bench basket gate pear swan",
            "greenhouse terrace shed"),
        Of("workshop", "carpenter smith mechanic apprentice painter customer",
            "hammer ladder table chair shelf door engine brush box wheel needle bench",
            "shed yard street"),
        Of("market", "merchant customer seller baker farmer",
            "apple pear carrot loaf cherry orange basket coin carpet vase hat shoe cart scarf box",
            "square street stall"),
        Of("library", "librarian reader author scholar student",
            "novel diary newspaper dictionary map shelf lamp ladder desk letter clock document",
            "archive attic hall"),
        Of("station", "driver passenger porter traveller conductor guard",
            "train bus suitcase ticket bench clock newspaper bicycle bag sign wagon glove uniform counter",
            "platform tunnel bridge"),
        Of("castle", "king queen prince princess servant knight",
            "crown sword ring horse mirror key gate letter candle portrait dress chest carpet owl",
            "tower hall stable"),
        Of("museum", "painter guide visitor guard scholar",
            "picture portrait photograph statue vase coin mask crown document window lamp drawing sword",
            "gallery archive square"),
    ];

    /// <summary>People of any topic, who bring the genders that most callings do not tell.</summary>
    public static Noun[] Masculine { get; } = Nouns.Named("man boy uncle");

    public static Noun[] Feminine { get; } = Nouns.Named("woman girl aunt");

    public static Noun[] Neutral { get; } = Nouns.Named("friend neighbour child");

    /// <summary>Those whom somebody can call his own: her aunt.</summary>
    public static Noun[] Kin { get; } = Nouns.Named("friend neighbour child uncle aunt");

    private static Topic Of(string place, string people, string things, string surroundings) =>
        new(Nouns.Named(place)[0], Nouns.Named(people), Nouns.Named(things), Nouns.Named(surroundings));
}
