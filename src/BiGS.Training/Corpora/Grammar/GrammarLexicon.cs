using System.Collections.Frozen;

namespace BiGS.Training.Corpora;

/// <summary>The closed vocabulary of the built-in corpus: every form that a document can hold.</summary>
internal static class GrammarLexicon
{
    /// <summary>Common nouns, each with two different forms.</summary>
    public static IReadOnlyList<Noun> Nouns => BiGS.Training.Corpora.Nouns.All;

    /// <summary>Verbs, be in both its tenses.</summary>
    public static IReadOnlyList<Verb> Verbs { get; } = [.. BiGS.Training.Corpora.Verbs.All.Distinct()];

    /// <summary>Names of persons, in lower case.</summary>
    public static IReadOnlyDictionary<string, Gender> Names { get; } =
        BiGS.Training.Corpora.Names.Masculine.Select(name => (name, Gender.Masculine))
            .Concat(BiGS.Training.Corpora.Names.Feminine.Select(name => (name, Gender.Feminine)))
            .ToFrozenDictionary(pair => pair.name, pair => pair.Item2);

    /// <summary>Adjectives.</summary>
    public static IReadOnlyList<string> Adjectives { get; } = [.. BiGS.Training.Corpora.Adjectives.All.Distinct()];

    /// <summary>Determiners, pronouns, prepositions, adverbs, modals, punctuation.</summary>
    public static IReadOnlyList<string> Closed { get; } =
    [
        .. FunctionWords.Small.Concat(FunctionWords.SingularDeterminers).Concat(FunctionWords.PluralDeterminers)
            .Concat(FunctionWords.PluralIndefinites).Concat(FunctionWords.Frequency).Concat(FunctionWords.PresentModals)
            .Concat(BiGS.Training.Corpora.Verbs.Personal.SelectMany(mood => mood.Manners)).Concat(BiGS.Training.Corpora.Adjectives.Degree)
            .Concat(Prepositions.All.Concat(BiGS.Training.Corpora.Nouns.All.Select(noun => noun.Preposition)).SelectMany(words => words.Split(' ')))
            .Where(word => word.Length > 0).Distinct(),
    ];

    /// <summary>Every word form, lower-cased, in ordinal order.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        .. Nouns.SelectMany(noun => new[] { noun.Singular, noun.Plural })
            .Concat(Verbs.SelectMany(verb => new[] { verb.Base, verb.Singular, verb.Plural, verb.Past, verb.Participle }))
            .Concat(Names.Keys).Concat(Adjectives).Concat(Closed).Distinct().Order(StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, GrammaticalNumber> Numbers =
        Nouns.SelectMany(noun => new[] { (noun.Singular, GrammaticalNumber.Singular), (noun.Plural, GrammaticalNumber.Plural) })
            .Concat(Names.Keys.Select(name => (name, GrammaticalNumber.Singular)))
            .ToFrozenDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>The number of a noun or name by its form; null for every other word.</summary>
    public static GrammaticalNumber? NumberOf(string form) => Numbers.TryGetValue(form, out GrammaticalNumber number) ? number : null;
}
