namespace BiGS.Training.Corpora;

/// <summary>Given names, which tell the gender of the pronouns that take them up.</summary>
internal static class Names
{
    public static string[] Masculine { get; } =
        "adam peter thomas paul henry simon oscar victor hugo martin daniel samuel robert james edward arthur leo felix jacob george"
            .Split(' ');

    public static string[] Feminine { get; } =
        "anna maria clara emma julia laura nora alice helen sarah lucy ruth eva ida martha sophie olivia agnes hannah irene"
            .Split(' ');
}
