namespace BiGS.Training.Corpora;

/// <summary>
/// What subjects do and are. A bare predicate is one finite verb and its object, with no modal, no "wants to" and no adverbial behind.
/// Relative clauses and conjuncts are bare: in "wants to paint the boat and like the net" either form of the second verb would be right.
/// </summary>
internal sealed class Predicates(Scene scene, SplitMix64 random, Draft draft, NounPhrases nouns, VerbForms verbs)
{
    public void Write(Subject subject, bool bare)
    {
        if (subject.Kind == Kind.Person)
        {
            OfPerson(subject, bare);
        }
        else
        {
            OfThing(subject, bare);
        }
    }

    /// <summary>likes the guards.</summary>
    public void Social(Subject subject, bool bare)
    {
        Verb(subject, subject.Who is { } who && random.Percent(50) ? who.Feeling : Fresh(scene.Feelings), bare);
        nouns.Person(subject);
    }

    /// <summary>paints the boat.</summary>
    public void Deed(Subject subject, bool bare)
    {
        if (subject.Who is { } who && random.Percent(55) && !draft.Has(who.Favourite.Noun))
        {
            Verb(subject, bare ? BareDeed(who.Favourite) : who.Habit, bare);
            Object(subject, who.Favourite, bare);
        }
        else if (nouns.Unused(scene.Things) is { } thing)
        {
            Verb(subject, bare ? BareDeed(thing) : random.Pick(thing.Deeds), bare);
            Object(subject, thing, bare);
        }
        else
        {
            Social(subject, bare);
        }
    }

    /// <summary>pleases the guards, belongs to the guard.</summary>
    public void Effect(Subject subject)
    {
        if (random.Percent(25) && !Said(Verbs.Belong))
        {
            verbs.Finite(subject, Verbs.Belong);
            draft.Add("to", WordClass.Preposition);
        }
        else
        {
            verbs.Finite(subject, Fresh(scene.Effects));
        }
        nouns.Person(subject);
    }

    /// <summary>is near the pier.</summary>
    public void Location(Subject subject)
    {
        verbs.Copula(subject);
        if (draft.Has(scene.Place) || random.Percent(75))
        {
            nouns.Locate(subject.Kind);
        }
        else
        {
            nouns.MainPlace();
        }
    }

    /// <summary>is very old, looks old.</summary>
    public void Quality(Subject subject)
    {
        int turn = random.Weighted([78, 6, 16]);
        if (turn == 1 && verbs.Tense == Tense.Present)
        {
            verbs.Perfect(subject, Verbs.Be);
        }
        else if (turn < 2)
        {
            verbs.Copula(subject);
        }
        else
        {
            verbs.Finite(subject, random.Pick(Verbs.Linking));
        }
        string trait = Trait(subject);
        if (Adjectives.HasDegrees(trait) && random.Percent(20))
        {
            draft.Add(random.Pick(Adjectives.Degree), WordClass.Adjective);
        }
        draft.Add(trait, WordClass.Adjective);
    }

    /// <summary>A verb for a thing that carries its own agreement: "can read" would not.</summary>
    public Verb BareDeed(Entity thing) => Fresh([.. thing.Deeds.Where(deed => !deed.PastLooksPresent)]);

    private void OfPerson(Subject subject, bool bare)
    {
        switch (random.Weighted([IsSaid(bare) ? 0 : 16, bare ? 0 : 8, bare ? 0 : 18, 32, 14, 5]))
        {
            case 0:
                Quality(subject);
                break;
            case 1:
                Location(subject);
                break;
            case 2:
                Mood(subject);
                break;
            case 3:
                Deed(subject, bare);
                break;
            case 4:
                Social(subject, bare);
                break;
            default:
                Possession(subject, bare);
                break;
        }
    }

    private void OfThing(Subject subject, bool bare)
    {
        Verb[] doings = subject.Thing?.Doings ?? [];
        bool described = IsSaid(bare);
        bool somewhere = subject.Kind != Kind.Music && !described;
        switch (random.Weighted([described ? 0 : 34, somewhere ? 14 : 0, bare ? 0 : 18, doings.Length > 0 ? 14 : 0, 20]))
        {
            case 0:
                Quality(subject);
                break;
            case 1:
                Location(subject);
                break;
            case 2:
                verbs.Passive(subject, random.Pick(subject.Thing!.Deeds));
                draft.Add("by", WordClass.Preposition);
                nouns.Person(subject);
                break;
            case 3:
                Doing(subject, doings, bare);
                break;
            default:
                Effect(subject);
                break;
        }
    }

    private void Doing(Subject subject, Verb[] doings, bool bare)
    {
        if (verbs.Tense == Tense.Present && !bare && random.Percent(25))
        {
            verbs.Perfect(subject, random.Pick(doings));
        }
        else
        {
            verbs.Finite(subject, Fresh(doings));
        }
    }

    private void Mood(Subject subject)
    {
        if (random.Percent(25))
        {
            verbs.Elaborate(subject, random.Pick(Verbs.Posture));
            nouns.Locate(Kind.Person);
            return;
        }
        (Verb mood, string[] manners) = random.Pick(scene.Moods);
        verbs.Elaborate(subject, mood);
        switch (random.Below(6))
        {
            case 0 or 1:
                draft.Add(random.Pick(manners), WordClass.Adverb);
                break;
            case 2:
                draft.Add(subject.Number == GrammaticalNumber.Plural ? "together" : "alone", WordClass.Adverb);
                break;
            case 3 when !draft.Has(scene.Place):
                nouns.MainPlace();
                break;
        }
    }

    private void Verb(Subject subject, Verb verb, bool bare)
    {
        if (bare)
        {
            verbs.Finite(subject, verb);
        }
        else
        {
            verbs.Elaborate(subject, verb);
        }
    }

    private void Object(Subject subject, Entity thing, bool bare)
    {
        nouns.Write(thing, nouns.Number(), Determination.Object, subject);
        // Long objects stand before a second verb above all, where they carry attractors.
        if (random.Percent(bare ? 30 : 12))
        {
            nouns.Attach(thing.Noun.Kind, bare ? 2 : 1);
        }
    }

    private void Possession(Subject subject, bool bare)
    {
        if (nouns.Unused(scene.Things) is { } thing && Verbs.Movable.HasFlag(thing.Noun.Kind))
        {
            verbs.Finite(subject, Verbs.Have);
            nouns.Write(thing, nouns.Number(), Determination.Indefinite);
        }
        else
        {
            Social(subject, bare);
        }
    }

    /// <summary>In a second conjunct, that the first was "is old" or the like.</summary>
    private bool IsSaid(bool bare) => bare && (Said(Verbs.Be) || Said(Verbs.Was));

    private bool Said(Verb verb) => draft.Has(verb.Singular) || draft.Has(verb.Plural) || draft.Has(verb.Past);

    /// <summary>One of the verbs that the sentence does not hold, where there is such.</summary>
    private Verb Fresh(Verb[] choice)
    {
        int start = random.Below(choice.Length);
        for (int i = 0; i < choice.Length; i++)
        {
            Verb verb = choice[(start + i) % choice.Length];
            if (!Said(verb))
            {
                return verb;
            }
        }
        return choice[start];
    }

    /// <summary>The subject's own trait, unless the sentence has said it.</summary>
    private string Trait(Subject subject)
    {
        string trait = subject.Who?.Trait ?? subject.Thing?.Trait ?? random.Pick(Adjectives.For(subject.Kind));
        while (draft.Has(trait) || random.Percent(20))
        {
            trait = random.Pick(Adjectives.For(subject.Kind));
        }
        return trait;
    }
}
