namespace BiGS.Training.Corpora;

/// <summary>The number in which a verb agrees with its subject.</summary>
internal enum GrammaticalNumber
{
    /// <summary>One.</summary>
    Singular,

    /// <summary>More than one.</summary>
    Plural,
}

/// <summary>The gender of a person, where the word or the name tells it.</summary>
internal enum Gender
{
    /// <summary>he, him, his, himself.</summary>
    Masculine,

    /// <summary>she, her, her, herself.</summary>
    Feminine,
}

/// <summary>What a noun stands for: verbs, prepositions and adjectives choose their nouns by it.</summary>
[Flags]
internal enum Kind
{
    None = 0,
    Person = 1 << 0,
    Animal = 1 << 1,
    Plant = 1 << 2,
    Food = 1 << 3,
    Tool = 1 << 4,
    Storage = 1 << 5,
    Surface = 1 << 6,
    Fixture = 1 << 7,
    Opening = 1 << 8,
    Vehicle = 1 << 9,
    Vessel = 1 << 10,
    Instrument = 1 << 11,
    Music = 1 << 12,
    Writing = 1 << 13,
    Picture = 1 << 14,
    Garment = 1 << 15,
    Treasure = 1 << 16,
    Key = 1 << 17,
    Place = 1 << 18,

    Portable = Food | Tool | Storage | Instrument | Writing | Picture | Garment | Treasure | Key,
    Standing = Plant | Surface | Fixture | Opening | Vehicle | Vessel,
    Thing = Portable | Standing | Animal | Music,
}

/// <summary>A count noun with two different forms, so that a form tells its number.</summary>
/// <param name="Singular">boat.</param>
/// <param name="Plural">boats.</param>
/// <param name="Gender">For persons whose word tells it (waitress), else null.</param>
internal sealed record Noun(string Singular, string Plural, Gender? Gender)
{
    internal Kind Kind { get; init; }

    /// <summary>For places: in the kitchen, on the pier, at the market.</summary>
    internal string Preposition { get; init; } = "";

    /// <summary>The form of that number.</summary>
    public string Form(GrammaticalNumber number) => number == GrammaticalNumber.Singular ? Singular : Plural;
}

/// <summary>A verb. Singular and Plural are its two third-person forms in one tense: sings and sing, is and are, was and were.</summary>
/// <param name="Base">After "to" and modals: sing, be.</param>
/// <param name="Singular">sings, is.</param>
/// <param name="Plural">sing, are.</param>
/// <param name="Past">sang.</param>
/// <param name="Participle">sung, after "has" and in the passive.</param>
internal sealed record Verb(string Base, string Singular, string Plural, string Past, string Participle)
{
    /// <summary>
    /// read, cut: the past equals the plural present, so that "the boy read" and "the boy reads" are both right.
    /// Such verbs stand only after "to" and modals, and never carry an agreement.
    /// </summary>
    internal bool PastLooksPresent => Past == Plural;

    /// <summary>The form of that number.</summary>
    public string Form(GrammaticalNumber number) => number == GrammaticalNumber.Singular ? Singular : Plural;
}
