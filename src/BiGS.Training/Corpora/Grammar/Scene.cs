namespace BiGS.Training.Corpora;

/// <summary>A noun of a scene with what the document holds to: the adjective it bears and what people do to it.</summary>
internal sealed record Entity(Noun Noun, string Trait, Verb[] Deeds, Verb[] Doings)
{
    /// <summary>Spoken of already, so that "a boat" becomes "the boat".</summary>
    public bool Mentioned { get; set; }
}

/// <summary>A person with a name: a calling, a trait, one thing and one person that he or she comes back to.</summary>
internal sealed record Character(string Name, Gender Gender, Noun Calling, string Trait, Entity Favourite, Verb Habit, Verb Feeling);

/// <summary>
/// What one document is about: a topic, a small cast, a handful of things and places, and few verbs and traits drawn for them once,
/// so that a word missing in one sentence can be guessed from the others.
/// </summary>
internal sealed class Scene
{
    public Scene(SplitMix64 random)
    {
        Topic topic = random.Pick(Topics.All);
        Place = topic.Place;
        PlaceTrait = random.Pick(Adjectives.For(Kind.Place));
        Surroundings = [.. topic.Surroundings.Select(noun => Draw(noun, random))];
        Things = [.. random.Sample(topic.Things, 5).Select(noun => Draw(noun, random))];
        Noun[] callings = random.Sample(topic.People, 4);
        Noun[] people =
        [
            .. callings, random.Pick(Topics.Masculine), random.Pick(Topics.Feminine), random.Pick(Topics.Neutral),
        ];
        People = [.. people.Distinct().Select(noun => Draw(noun, random))];
        Feelings = random.Sample(Verbs.Social, 4);
        Moods = random.Sample(Verbs.Personal, 3);
        Effects = random.Sample(Verbs.Affecting, 2);
        Wish = random.Pick(Verbs.Wishing);
        Cast = DrawCast(random, callings);
        InPast = random.Percent(15);
    }

    /// <summary>The one main place: always singular, so it never stands between a subject and its verb.</summary>
    public Noun Place { get; }

    public string PlaceTrait { get; }

    public Entity[] Surroundings { get; }

    public Entity[] Things { get; }

    public Entity[] People { get; }

    public Character[] Cast { get; }

    /// <summary>Social verbs.</summary>
    public Verb[] Feelings { get; }

    /// <summary>What people do without an object, and how.</summary>
    public (Verb Verb, string[] Manners)[] Moods { get; }

    /// <summary>What things do to people.</summary>
    public Verb[] Effects { get; }

    /// <summary>want to, hope to.</summary>
    public Verb Wish { get; }

    /// <summary>The whole document is told in the past tense.</summary>
    public bool InPast { get; }

    private static Entity Draw(Noun noun, SplitMix64 random)
    {
        Kind kind = noun.Kind;
        bool thing = Kind.Thing.HasFlag(kind);
        // The general verb never needs a modal, so that a bare phrase always finds a verb.
        Verb[] deeds = thing ? [.. random.Sample(Verbs.Transitive(kind), 2), random.Pick(Verbs.General(kind))] : [];
        Verb[] doings = thing ? random.Sample(Verbs.Intransitive(kind), 2) : [];
        return new Entity(noun, random.Pick(Adjectives.For(kind)), deeds, doings);
    }

    private Character[] DrawCast(SplitMix64 random, Noun[] callings)
    {
        string[] men = random.Sample(Names.Masculine, 3);
        string[] women = random.Sample(Names.Feminine, 3);
        Character[] cast = new Character[2 + random.Below(2)];
        for (int i = 0; i < cast.Length; i++)
        {
            Noun calling = callings[i];
            Gender gender = calling.Gender ?? (random.Percent(50) ? Gender.Feminine : Gender.Masculine);
            Entity favourite = Things[i];
            string name = gender == Gender.Feminine ? women[i] : men[i];
            string trait = random.Pick(Adjectives.For(Kind.Person));
            cast[i] = new Character(name, gender, calling, trait, favourite, random.Pick(favourite.Deeds), random.Pick(Feelings));
        }
        return cast;
    }
}
