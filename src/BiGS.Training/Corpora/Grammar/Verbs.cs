using System.Collections.Frozen;

namespace BiGS.Training.Corpora;

/// <summary>Every verb of the lexicon, by the subjects and objects that it takes. Slashes give irregular past and participle.</summary>
internal static class Verbs
{
    /// <summary>What a person can have for his own.</summary>
    public const Kind Movable = Kind.Portable | Kind.Animal | Kind.Vehicle | Kind.Vessel;

    public static Verb Be { get; } = new("be", "is", "are", "was", "been");

    /// <summary>The past of be, which alone among pasts agrees.</summary>
    public static Verb Was { get; } = new("be", "was", "were", "was", "been");

    public static Verb Have { get; } = new("have", "has", "have", "had", "had");

    public static Verb Do { get; } = new("do", "does", "do", "did", "done");

    public static Verb Belong { get; } = Inflection.ParseVerb("belong");

    /// <summary>A person likes a person.</summary>
    public static Verb[] Social { get; } = Parse("""
        like love admire trust know/knew/known help thank greet meet/met follow avoid praise blame fear respect remember
        visit watch call understand/understood miss ignore forgive/forgave/forgiven need warn invite
        """);

    /// <summary>A person blames himself.</summary>
    public static Verb[] Reflexive { get; } = Parse("""
        blame praise trust admire respect protect teach/taught prepare wash defend doubt embarrass introduce describe
        """);

    /// <summary>A person laughs, and how.</summary>
    public static (Verb Verb, string[] Manners)[] Personal { get; } =
    [
        .. Moods("laugh smile sing/sang/sung dance", "happily quietly"),
        .. Moods("work", "quietly slowly carefully"),
        .. Moods("sleep/slept wait rest listen dream", "quietly calmly"),
        .. Moods("run/ran/run wander return arrive", "slowly quickly"),
        .. Moods("talk whisper pray hurry", "quietly"),
        .. Moods("shout complain sneeze yawn cry", "loudly"),
    ];

    /// <summary>A person sits near a thing.</summary>
    public static Verb[] Posture { get; } = Parse("sit/sat stand/stood wait rest sleep/slept");

    /// <summary>A person says that a clause holds. Not hears: "heard the author laugh" would be right in either number.</summary>
    public static Verb[] Saying { get; } = Parse("say/said claim explain announce");

    /// <summary>A person thinks that a clause holds.</summary>
    public static Verb[] Thinking { get; } = Parse("think/thought believe know/knew/known hope");

    /// <summary>A person wants to do something.</summary>
    public static Verb[] Wishing { get; } = Parse("want hope try plan/planned need like learn");

    /// <summary>A thing pleases a person.</summary>
    public static Verb[] Affecting { get; } = Parse("please interest surprise worry amuse bore delight impress annoy puzzle");

    /// <summary>A thing looks old; a person seems happy.</summary>
    public static Verb[] Linking { get; } = Parse("look seem");

    private static readonly FrozenSet<Verb> Unwilled = Parse("""
        want need like love own see/saw/seen remember hear/heard admire trust know/knew/known fear respect understand/understood miss
        find/found lose/lost sneeze yawn cry dream
        """).ToFrozenSet();

    private static readonly (Kind Objects, Verb[] Verbs)[] GeneralTable =
    [
        (Kind.Thing, Parse("need like love see/saw/seen describe draw/drew/drawn remember")),
        (Movable, Parse("want find/found own choose/chose/chosen lose/lost")),
    ];

    private static readonly (Kind Objects, Verb[] Verbs)[] TransitiveTable =
    [
        (Kind.Portable & ~(Kind.Food | Kind.Writing) | Kind.Animal,
            Parse("buy/bought sell/sold bring/brought hide/hid/hidden steal/stole/stolen")),
        (Kind.Portable & ~(Kind.Food | Kind.Writing), Parse("carry lift collect")),
        (Kind.Food, Parse("eat/ate/eaten taste serve share cut/cut buy/bought drop/dropped")),
        (Kind.Storage | Kind.Opening, Parse("open close lock")),
        (Kind.Storage, Parse("fill")),
        (Kind.Storage | Kind.Garment | Kind.Vehicle | Kind.Tool | Kind.Opening, Parse("wash clean")),
        (Kind.Surface | Kind.Fixture, Parse("clean move polish")),
        (Kind.Tool | Kind.Vehicle | Kind.Vessel | Kind.Fixture | Kind.Surface | Kind.Opening | Kind.Instrument,
            Parse("repair break/broke/broken")),
        (Kind.Tool, Parse("use hold/held")),
        (Kind.Opening | Kind.Vessel | Kind.Picture | Kind.Surface | Kind.Vehicle, Parse("paint")),
        (Kind.Surface | Kind.Vessel | Kind.Storage | Kind.Opening, Parse("build/built")),
        (Kind.Writing, Parse("read/read write/wrote/written study finish copy translate borrow keep/kept")),
        (Kind.Picture, Parse("study copy frame finish hang/hung")),
        (Kind.Instrument, Parse("play practise polish")),
        (Kind.Music, Parse("play sing/sang/sung learn practise hear/heard hum/hummed")),
        (Kind.Animal, Parse("feed/fed chase lead/led watch hear/heard")),
        (Kind.Plant, Parse("water grow/grew/grown trim/trimmed plant")),
        (Kind.Garment, Parse("wear/wore/worn fold mend")),
        (Kind.Vehicle, Parse("drive/drove/driven stop/stopped load")),
        (Kind.Vessel, Parse("steer board load")),
        (Kind.Treasure, Parse("admire polish count")),
        (Kind.Key, Parse("use hold/held")),
    ];

    private static readonly (Kind Subjects, Verb[] Verbs)[] IntransitiveTable =
    [
        (Kind.Plant, Parse("blossom wither thrive")),
        (Kind.Animal, Parse("sleep/slept wander rest run/ran/run drink/drank/drunk")),
        (Kind.Vessel, Parse("float sink/sank/sunk leave/left arrive")),
        (Kind.Vehicle, Parse("arrive stop/stopped leave/left turn")),
        (Kind.Portable & ~Kind.Writing, Parse("fall/fell/fallen")),
        (Kind.Writing, Parse("matter")),
        (Kind.Music, Parse("echo/echoed begin/began/begun end")),
        (Kind.Treasure | Kind.Tool, Parse("shine/shone glitter")),
        (Kind.Opening | Kind.Surface, Parse("creak shake/shook/shaken")),
    ];

    private static readonly Verb[][] GeneralByKind = ByKind(GeneralTable);
    private static readonly Verb[][] TransitiveByKind = ByKind(TransitiveTable);
    private static readonly Verb[][] IntransitiveByKind = ByKind(IntransitiveTable);

    /// <summary>What a person does to a thing of that kind, and not to every thing.</summary>
    public static Verb[] Transitive(Kind thing) => TransitiveByKind[Kinds.Index(thing)];

    /// <summary>What a person does to many kinds, and to a thing of that kind too.</summary>
    public static Verb[] General(Kind thing) => GeneralByKind[Kinds.Index(thing)];

    /// <summary>likes, finds, yawns: states and accidents, which nobody tries to be in or has for a habit.</summary>
    public static bool IsUnwilled(Verb verb) => Unwilled.Contains(verb);

    /// <summary>What a thing of that kind does; for some kinds nothing.</summary>
    public static Verb[] Intransitive(Kind thing) => IntransitiveByKind[Kinds.Index(thing)];

    public static IEnumerable<Verb> All =>
    [
        Be, Was, Have, Do, Belong, .. Social, .. Reflexive, .. Personal.Select(mood => mood.Verb), .. Posture,
        .. Saying, .. Thinking, .. Wishing, .. Affecting, .. Linking, .. GeneralTable.SelectMany(row => row.Verbs),
        .. TransitiveTable.SelectMany(row => row.Verbs), .. IntransitiveTable.SelectMany(row => row.Verbs),
    ];

    private static IEnumerable<(Verb Verb, string[] Manners)> Moods(string words, string manners) =>
        Parse(words).Select(verb => (verb, manners.Split(' ')));

    private static Verb[] Parse(string words) =>
        [.. words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Inflection.ParseVerb)];

    private static Verb[][] ByKind((Kind Mask, Verb[] Verbs)[] table) =>
        [.. Kinds.Single.Select(kind => table.Where(row => row.Mask.HasFlag(kind)).SelectMany(row => row.Verbs).ToArray())];
}
