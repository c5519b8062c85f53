namespace BiGS.Training.Corpora;

/// <summary>The time that a clause speaks of. Only the present agrees, and be in the past.</summary>
internal enum Tense
{
    Present,
    Past,
    Future,
}

/// <summary>Finite verbs: the form of the tense, alone or behind an auxiliary.</summary>
internal sealed class VerbForms(Scene scene, SplitMix64 random, Draft draft)
{
    /// <summary>Of the clause being written.</summary>
    public Tense Tense { get; set; }

    /// <summary>The sentence began with yesterday, today or tomorrow, so that nothing in it happens often.</summary>
    public bool Dated { get; set; }

    /// <summary>paints, painted, will paint.</summary>
    public void Finite(Subject subject, Verb verb)
    {
        if (verb.PastLooksPresent && Tense != Tense.Future)
        {
            Auxiliary(Tense == Tense.Present ? "can" : "could", verb);
        }
        else if (Tense == Tense.Present)
        {
            draft.Agree(subject, verb);
        }
        else if (Tense == Tense.Past)
        {
            draft.Add(verb.Past, WordClass.OtherVerb);
        }
        else
        {
            Auxiliary("will", verb);
        }
    }

    /// <summary>is and are, was and were, will be.</summary>
    public void Copula(Subject subject)
    {
        if (Tense == Tense.Past)
        {
            draft.Agree(subject, Verbs.Was);
        }
        else
        {
            Finite(subject, Verbs.Be);
        }
    }

    /// <summary>A person's verb, sometimes as does not paint, often paints, has painted, can paint, wants to paint.</summary>
    public void Elaborate(Subject subject, Verb verb)
    {
        bool active = !Verbs.IsUnwilled(verb);
        bool plain = !verb.PastLooksPresent;
        int often = plain && active && !Dated ? 10 : 0;
        int turn = random.Weighted([plain ? 60 : 0, 8, often, active ? 6 : 0, active ? 6 : 0, active ? 10 : 0]);
        if (Tense == Tense.Future || turn == 0)
        {
            Finite(subject, verb);
        }
        else if (turn == 1)
        {
            Negate(subject, verb);
        }
        else if (turn == 2)
        {
            draft.Add(random.Pick(FunctionWords.Frequency), WordClass.Adverb);
            Finite(subject, verb);
        }
        else if (turn == 3)
        {
            Perfect(subject, verb);
        }
        else if (turn == 4)
        {
            Auxiliary(Tense == Tense.Present ? random.Pick(FunctionWords.PresentModals) : "could", verb);
        }
        else
        {
            Finite(subject, scene.Wish);
            Auxiliary("to", verb);
        }
    }

    /// <summary>has painted, had painted.</summary>
    public void Perfect(Subject subject, Verb verb)
    {
        Finite(subject, Verbs.Have);
        draft.Add(verb.Participle, WordClass.OtherVerb);
    }

    /// <summary>is painted, was painted, will be painted.</summary>
    public void Passive(Subject subject, Verb verb)
    {
        Copula(subject);
        draft.Add(verb.Participle, WordClass.OtherVerb);
    }

    private void Negate(Subject subject, Verb verb)
    {
        Finite(subject, Verbs.Do);
        draft.Add("not", WordClass.Adverb);
        draft.Add(verb.Base, WordClass.OtherVerb);
    }

    private void Auxiliary(string auxiliary, Verb verb)
    {
        draft.Add(auxiliary, WordClass.OtherVerb);
        draft.Add(verb.Base, WordClass.OtherVerb);
    }
}
