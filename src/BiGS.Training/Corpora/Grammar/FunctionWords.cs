namespace BiGS.Training.Corpora;

/// <summary>The closed classes: determiners, pronouns, adverbs, modals, and the small words of the constructions.</summary>
internal static class FunctionWords
{
    /// <summary>In place of "the" before a subject.</summary>
    public static string[] SingularDeterminers { get; } = ["this", "this", "every", "every", "each", "that", "no"];

    public static string[] PluralDeterminers { get; } =
        ["these", "these", "some", "many", "many", "two", "three", "several", "all", "few", "those"];

    /// <summary>Of something not yet spoken of; a singular has a or an.</summary>
    public static string[] PluralIndefinites { get; } = ["some", "two", "three", "four", "several", "many"];

    public static string[] Frequency { get; } = ["often", "always", "never", "sometimes", "usually", "rarely"];

    public static string[] PresentModals { get; } = ["can", "must", "should", "may"];

    /// <summary>Everything else that a sentence may hold, punctuation included.</summary>
    public static string[] Small { get; } =
    [
        "the", "a", "an", "his", "her", "their", "he", "she", "they", "him", "them", "himself", "herself", "themselves",
        "that", "who", "and", "there", "not", "to", "by", "will", "could",
        "yesterday", "tomorrow", "today", "now", "alone", "together", ".", ",",
    ];

    public static string Subject(GrammaticalNumber number, Gender? gender) => (number, gender) switch
    {
        (GrammaticalNumber.Plural, _) => "they",
        (_, Gender.Masculine) => "he",
        _ => "she",
    };

    public static string Object(GrammaticalNumber number, Gender? gender) => (number, gender) switch
    {
        (GrammaticalNumber.Plural, _) => "them",
        (_, Gender.Masculine) => "him",
        _ => "her",
    };

    public static string Possessive(GrammaticalNumber number, Gender? gender) => (number, gender) switch
    {
        (GrammaticalNumber.Plural, _) => "their",
        (_, Gender.Masculine) => "his",
        _ => "her",
    };

    public static string Reflexive(GrammaticalNumber number, Gender? gender) => (number, gender) switch
    {
        (GrammaticalNumber.Plural, _) => "themselves",
        (_, Gender.Masculine) => "himself",
        _ => "herself",
    };
}
