namespace BiGS.Training.Corpora;

/// <summary>How freely a noun phrase chooses its determiner.</summary>
internal enum Determination
{
    /// <summary>the, or a few and other words that a subject bears: these, every, no.</summary>
    Subject,

    /// <summary>the, or an indefinite at first mention: a, some, two.</summary>
    Object,

    /// <summary>the.</summary>
    Definite,

    /// <summary>a, some, two.</summary>
    Indefinite,
}

/// <summary>
/// Noun phrases: determiner, adjective, noun, and the prepositional phrases behind it. Every noun's number is its own fair coin.
/// </summary>
internal sealed class NounPhrases(Scene scene, SplitMix64 random, Draft draft)
{
    /// <summary>Whom a pronoun would mean: the subject of the sentence before.</summary>
    public Subject? Salient { get; set; }

    /// <summary>How many of the cast the document has introduced.</summary>
    public int Introduced { get; set; }

    public GrammaticalNumber Number() => random.Percent(50) ? GrammaticalNumber.Singular : GrammaticalNumber.Plural;

    /// <summary>An entity whose noun the sentence does not hold yet; null when it holds all.</summary>
    public Entity? Unused(Entity[] pool)
    {
        int start = random.Below(pool.Length);
        for (int i = 0; i < pool.Length; i++)
        {
            Entity entity = pool[(start + i) % pool.Length];
            if (!draft.Has(entity.Noun))
            {
                return entity;
            }
        }
        return null;
    }

    /// <summary>An entity for a place that must be filled: new to the sentence, or, in the rare one that holds them all, said again.</summary>
    public Entity Fresh(Entity[] pool) => Unused(pool) ?? random.Pick(pool);

    /// <summary>Someone introduced whom the sentence does not name yet, other than <paramref name="except"/>.</summary>
    public Character? Unnamed(Character? except)
    {
        Character who = scene.Cast[random.Below(Introduced)];
        return who == except || draft.Has(who.Name) ? null : who;
    }

    public Subject Write(Entity entity, GrammaticalNumber number, Determination determination, Subject? owner = null)
    {
        bool adjective = random.Percent(determination == Determination.Indefinite ? 45 : 28);
        return Write(entity, number, determination, adjective, owner);
    }

    public Subject Write(Entity entity, GrammaticalNumber number, Determination determination, bool adjective, Subject? owner = null)
    {
        string next = adjective ? entity.Trait : entity.Noun.Form(number);
        draft.Add(Determiner(entity, number, determination, next, owner), WordClass.Determiner);
        if (adjective)
        {
            draft.Add(entity.Trait, WordClass.Adjective);
        }
        entity.Mentioned = true;
        int head = draft.Add(entity.Noun, number);
        return new Subject(head, number, entity.Noun.Kind, entity.Noun.Gender, null, entity);
    }

    public Subject Write(Character who)
    {
        int head = draft.Add(who.Name, WordClass.Name);
        return new Subject(head, GrammaticalNumber.Singular, Kind.Person, who.Gender, who, null);
    }

    /// <summary>he, she or they.</summary>
    public Subject Pronoun(GrammaticalNumber number, Character? who)
    {
        int head = draft.Add(FunctionWords.Subject(number, who?.Gender), WordClass.Pronoun);
        return new Subject(head, number, Kind.Person, who?.Gender, who, null);
    }

    /// <summary>A person other than the subject, as an object: a name, a pronoun or a noun.</summary>
    public void Person(Subject subject)
    {
        if (subject.Who is { } who && Salient is { Kind: Kind.Person, Coordinated: false } salient && salient.Who != who
            && (salient.Number == GrammaticalNumber.Plural || salient.Gender is not null) && random.Percent(30))
        {
            draft.Add(FunctionWords.Object(salient.Number, salient.Gender), WordClass.Pronoun);
        }
        else if (random.Percent(35) && Unnamed(subject.Who) is { } named)
        {
            Write(named);
        }
        else
        {
            Entity person = Fresh(scene.People);
            Subject? owner = Topics.Kin.Contains(person.Noun) ? subject : null;
            Write(person, Number(), random.Percent(60) ? Determination.Definite : Determination.Object, owner);
        }
    }

    /// <summary>The main place, with its preposition or another: in the old harbour.</summary>
    public void MainPlace(string? preposition = null)
    {
        draft.AddPreposition(preposition ?? scene.Place.Preposition);
        draft.Add("the", WordClass.Determiner);
        if (random.Percent(25))
        {
            draft.Add(scene.PlaceTrait, WordClass.Adjective);
        }
        draft.Add(scene.Place, GrammaticalNumber.Singular);
    }

    /// <summary>
    /// Up to <paramref name="depth"/> prepositional phrases, each hanging on the noun before: the key to the cabinets near the door.
    /// Returns the last noun, or null where nothing fits the head.
    /// </summary>
    public Subject? Attach(Kind head, int depth)
    {
        Subject? last = null;
        for (int i = 0; i < depth && Related(head, locating: false) is (string preposition, Entity target); i++)
        {
            draft.AddPreposition(preposition);
            last = Write(target, Number(), random.Percent(80) ? Determination.Definite : Determination.Object);
            head = target.Noun.Kind;
        }
        return last;
    }

    /// <summary>One phrase that says where; false where nothing fits.</summary>
    public bool Locate(Kind head)
    {
        if (Related(head, locating: true) is not (string preposition, Entity target))
        {
            return false;
        }
        draft.AddPreposition(preposition);
        Write(target, Number(), Determination.Definite);
        return true;
    }

    private (string Preposition, Entity Target)? Related(Kind head, bool locating)
    {
        for (int attempt = 0; attempt < 6; attempt++)
        {
            Entity[] pool = random.Weighted([35, 45, 20]) switch { 0 => scene.People, 1 => scene.Things, _ => scene.Surroundings };
            if (Unused(pool) is { } target)
            {
                Kind kind = target.Noun.Kind;
                string[] words = locating ? Prepositions.Locating(head, kind) : Prepositions.Between(head, kind);
                if (words.Length > 0)
                {
                    string preposition = random.Pick(words);
                    return (preposition == Prepositions.OfPlace ? target.Noun.Preposition : preposition, target);
                }
            }
        }
        return null;
    }

    private string Determiner(Entity entity, GrammaticalNumber number, Determination determination, string next, Subject? owner)
    {
        if (owner is { Kind: Kind.Person } holder
            && (holder.Number == GrammaticalNumber.Plural || holder.Gender is not null) && random.Percent(15))
        {
            return FunctionWords.Possessive(holder.Number, holder.Gender);
        }
        bool singular = number == GrammaticalNumber.Singular;
        bool indefinite = determination switch
        {
            Determination.Indefinite => true,
            Determination.Object => random.Percent(entity.Mentioned ? 12 : 70),
            Determination.Subject => !entity.Mentioned && random.Percent(12),
            _ => false,
        };
        if (indefinite)
        {
            return singular ? Inflection.Article(next) : random.Pick(FunctionWords.PluralIndefinites);
        }
        return determination == Determination.Subject && random.Percent(18)
            ? random.Pick(singular ? FunctionWords.SingularDeterminers : FunctionWords.PluralDeterminers)
            : "the";
    }
}
