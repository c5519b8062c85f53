namespace BiGS.Training.Corpora;

/// <summary>What a sentence is built as; what stands between a subject and its verb.</summary>
internal static class Constructions
{
    /// <summary>The author laughs.</summary>
    public const string Simple = "simple";

    /// <summary>The author near the guards laughs; up to three phrases.</summary>
    public const string Prepositional = "prepositional";

    /// <summary>The author that likes the guards laughs.</summary>
    public const string SubjectRelative = "subject_relative";

    /// <summary>The author that the guards like laughs.</summary>
    public const string ObjectRelative = "object_relative";

    /// <summary>The author the guards like laughs.</summary>
    public const string ObjectRelativeNoThat = "object_relative_no_that";

    /// <summary>The mechanic said the author laughs.</summary>
    public const string SententialComplement = "sentential_complement";

    /// <summary>The author and the guard laugh.</summary>
    public const string CoordinatedSubject = "coordinated_subject";

    /// <summary>The author knows the guards and likes the books.</summary>
    public const string CoordinatedVerb = "coordinated_verb";

    /// <summary>The woman blames herself.</summary>
    public const string Reflexive = "reflexive";

    /// <summary>The guard said the women blame themselves.</summary>
    public const string ReflexiveInComplement = "reflexive_in_complement";

    /// <summary>The women that the guard likes blame themselves.</summary>
    public const string ReflexiveAcrossRelative = "reflexive_across_relative";

    /// <summary>There are two books on the table.</summary>
    public const string Existential = "existential";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Simple, Prepositional, SubjectRelative, ObjectRelative, ObjectRelativeNoThat, SententialComplement,
        CoordinatedSubject, CoordinatedVerb, Reflexive, ReflexiveInComplement, ReflexiveAcrossRelative, Existential,
    ];
}
