namespace BiGS.Training.Corpora;

/// <summary>English spelling rules for regular forms; the lexicon's tables write only what is irregular.</summary>
internal static class Inflection
{
    /// <summary>`boat`, `waitress:f`, `man/men:m`.</summary>
    public static Noun ParseNoun(string entry)
    {
        string[] gendered = entry.Split(':');
        string[] forms = gendered[0].Split('/');
        Gender? gender = gendered.Length == 1 ? null : gendered[1] == "m" ? Gender.Masculine : Gender.Feminine;
        return new Noun(forms[0], forms.Length > 1 ? forms[1] : WithS(forms[0]), gender);
    }

    /// <summary>`open`, `stop/stopped`, `eat/ate/eaten`.</summary>
    public static Verb ParseVerb(string entry)
    {
        string[] forms = entry.Split('/');
        string past = forms.Length > 1 ? forms[1] : WithEd(forms[0]);
        return new Verb(forms[0], WithS(forms[0]), forms[0], past, forms.Length > 2 ? forms[2] : past);
    }

    /// <summary>"a" or "an" by the sound that the next word begins with.</summary>
    public static string Article(string next) => next switch
    {
        "honest" => "an",
        "useful" or "uniform" => "a",
        _ => "aeiou".Contains(next[0]) ? "an" : "a",
    };

    public static string Capitalise(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static string WithS(string word) =>
        EndsInConsonantY(word) ? word[..^1] + "ies"
        : word.EndsWith('s') || word.EndsWith('x') || word.EndsWith("ch") || word.EndsWith("sh") ? word + "es"
        : word + "s";

    private static string WithEd(string word) =>
        EndsInConsonantY(word) ? word[..^1] + "ied"
        : word.EndsWith('e') ? word + "d"
        : word + "ed";

    private static bool EndsInConsonantY(string word) => word.EndsWith('y') && !"aeiou".Contains(word[^2]);
}
