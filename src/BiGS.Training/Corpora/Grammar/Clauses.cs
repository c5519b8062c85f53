namespace BiGS.Training.Corpora;

/// <summary>The constructions: what may stand between a subject and its verb, and clauses joined to clauses.</summary>
internal sealed class Clauses(Scene scene, SplitMix64 random, Draft draft, NounPhrases nouns, VerbForms verbs)
{
    private readonly Predicates _predicates = new(scene, random, draft, nouns, verbs);

    /// <summary>The author near the guards laughs.</summary>
    public void Prepositional() => _predicates.Write(WithPhrases(Anything()), bare: false);

    /// <summary>The author that likes the guards laughs.</summary>
    public void SubjectRelative() => _predicates.Write(WithSubjectRelative(Anything()), bare: false);

    /// <summary>The author (that) the guards like laughs.</summary>
    public void ObjectRelative(bool that) => _predicates.Write(WithObjectRelative(Anything(), that), bare: false);

    /// <summary>The author and the guard laugh.</summary>
    public Subject CoordinatedSubject()
    {
        if (random.Percent(70))
        {
            Subject persons = CoordinatedPersons();
            _predicates.Write(persons, bare: false);
            return persons;
        }
        Subject things = CoordinatedThings();
        if (random.Percent(50))
        {
            verbs.Copula(things);
            nouns.MainPlace();
        }
        else
        {
            _predicates.Effect(things);
        }
        return things;
    }

    /// <summary>The author knows many languages and likes the guards.</summary>
    public void CoordinatedVerb()
    {
        Subject subject = random.Weighted([30, 35, 15, 10, 10]) switch
        {
            0 => Anything(),
            1 => WithPhrases(Anything()),
            2 => WithSubjectRelative(Anything()),
            3 => WithObjectRelative(Anything(), random.Percent(60)),
            _ => Somebody(),
        };
        _predicates.Write(subject, bare: true);
        draft.Add("and", WordClass.Conjunction);
        _predicates.Write(subject, bare: true);
    }

    /// <summary>The mechanic said (that) the author laughs.</summary>
    public void SententialComplement()
    {
        Report();
        Subject subject = random.Weighted([45, 25, 10, 10, 10]) switch
        {
            0 => Anything(),
            1 => WithPhrases(Anything()),
            2 => WithSubjectRelative(Anything()),
            3 => WithObjectRelative(Anything(), random.Percent(60)),
            _ => Somebody(),
        };
        _predicates.Write(subject, bare: false);
    }

    /// <summary>The woman blames herself.</summary>
    public void Reflexive() =>
        Reflect(random.Weighted([60, 20, 20]) switch { 0 => Gendered(), 1 => CoordinatedPersons(), _ => Somebody() });

    /// <summary>The guard said the women blame themselves.</summary>
    public void ReflexiveInComplement()
    {
        Report();
        Reflect(Gendered());
    }

    /// <summary>The women that the guard likes blame themselves.</summary>
    public void ReflexiveAcrossRelative() =>
        Reflect(random.Percent(50) ? WithSubjectRelative(Gendered()) : WithObjectRelative(Gendered(), random.Percent(60)));

    /// <summary>There are two books on the table.</summary>
    public void Existential()
    {
        Entity entity = random.Percent(60) ? nouns.Fresh(scene.Things) : nouns.Fresh(scene.People);
        GrammaticalNumber number = nouns.Number();
        bool adjective = random.Percent(35);
        draft.Add("there", WordClass.Pronoun);
        draft.AgreeAhead(adjective ? 3 : 2, number, verbs.Tense == Tense.Past ? Verbs.Was : Verbs.Be);
        nouns.Write(entity, number, Determination.Indefinite, adjective);
        if (entity.Noun.Kind == Kind.Music || random.Percent(35) || !nouns.Locate(entity.Noun.Kind))
        {
            nouns.MainPlace();
        }
    }

    /// <summary>What people and things do, without more between them and the verb.</summary>
    public void Plain(Subject subject) => _predicates.Write(subject, bare: false);

    /// <summary>Someone of the cast by name; where the sentence holds them all, someone else.</summary>
    public Subject Somebody() => nouns.Unnamed(null) is { } who ? nouns.Write(who) : Anyone();

    /// <summary>A person or a thing of the scene.</summary>
    public Subject Anything() =>
        random.Percent(50) || nouns.Unused(scene.Things) is not { } thing
            ? Anyone()
            : nouns.Write(thing, nouns.Number(), Determination.Subject);

    private Subject Anyone() => nouns.Write(nouns.Fresh(scene.People), nouns.Number(), Determination.Subject);

    private Subject WithPhrases(Subject head)
    {
        Subject? last = nouns.Attach(head.Kind, 1 + random.Weighted([42, 30, 28]));
        if (last is { } deepest && random.Percent(25) && deepest.Kind is not Kind.Place)
        {
            // Only an object relative: the verb of a subject relative could agree with either noun before it.
            WithObjectRelative(deepest, that: true);
        }
        return head;
    }

    private Subject WithSubjectRelative(Subject head)
    {
        draft.Add(head.Kind == Kind.Person && random.Percent(35) ? "who" : "that", WordClass.Conjunction);
        Subject within = head with { Who = null };
        if (head.Kind != Kind.Person)
        {
            _predicates.Effect(within);
        }
        else if (random.Percent(55))
        {
            _predicates.Social(within, bare: true);
        }
        else
        {
            _predicates.Deed(within, bare: true);
        }
        return head;
    }

    private Subject WithObjectRelative(Subject head, bool that)
    {
        if (that)
        {
            draft.Add("that", WordClass.Conjunction);
        }
        Subject agent = random.Percent(30) && nouns.Unnamed(null) is { } who
            ? nouns.Write(who)
            : nouns.Write(nouns.Fresh(scene.People), nouns.Number(), Determination.Definite);
        if (agent.Who is null && random.Percent(22))
        {
            nouns.Attach(Kind.Person, 1);
        }
        verbs.Finite(agent, head.Kind == Kind.Person ? random.Pick(scene.Feelings) : _predicates.BareDeed(head.Thing!));
        return head;
    }

    /// <summary>The mechanic said (that), up to the clause. In a tale of the present what is said may have been said before.</summary>
    private void Report()
    {
        Subject speaker = random.Percent(40) ? Somebody() : Anyone();
        bool aloud = random.Percent(60);
        Verb verb = random.Pick(aloud ? Verbs.Saying : Verbs.Thinking);
        Tense told = verbs.Tense;
        verbs.Tense = aloud && random.Percent(70) ? Tense.Past : told;
        verbs.Finite(speaker, verb);
        verbs.Tense = told;
        if (random.Percent(50) || verb.Base is "explain" or "announce")
        {
            draft.Add("that", WordClass.Conjunction);
        }
    }

    private void Reflect(Subject subject)
    {
        verbs.Finite(subject, random.Pick(Verbs.Reflexive));
        draft.Reflect(subject);
    }

    /// <summary>Somebody whose reflexive is certain: a plural, or a noun that tells its gender.</summary>
    private Subject Gendered()
    {
        Entity person = nouns.Fresh(scene.People);
        GrammaticalNumber number = nouns.Number();
        while (number == GrammaticalNumber.Singular && person.Noun.Gender is null)
        {
            person = nouns.Fresh(scene.People);
        }
        return nouns.Write(person, number, Determination.Subject);
    }

    private Subject CoordinatedPersons()
    {
        Subject first = random.Percent(50) ? Somebody() : nouns.Write(nouns.Fresh(scene.People), nouns.Number(), Determination.Definite);
        draft.Add("and", WordClass.Conjunction);
        Subject second = random.Percent(50) && nouns.Unnamed(first.Who) is { } who
            ? nouns.Write(who)
            : nouns.Write(nouns.Fresh(scene.People), nouns.Number(), Determination.Definite);
        return new Subject(second.Index, GrammaticalNumber.Plural, Kind.Person, null, null, null, Coordinated: true);
    }

    private Subject CoordinatedThings()
    {
        nouns.Write(nouns.Fresh(scene.Things), nouns.Number(), Determination.Definite);
        draft.Add("and", WordClass.Conjunction);
        Subject second = nouns.Write(nouns.Fresh(scene.Things), nouns.Number(), Determination.Definite);
        return new Subject(second.Index, GrammaticalNumber.Plural, second.Kind, null, null, null, Coordinated: true);
    }
}
