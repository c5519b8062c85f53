namespace BiGS.Cli.Options;

/// <summary>The known word that a mistyped one was probably meant to be.</summary>
internal static class SpellingSuggestion
{
    /// <summary>Longer than any name here; a whole text in its place is not compared letter by letter.</summary>
    private const int LongestWord = 64;

    /// <summary>"; did you mean …?", or what there is to choose from where nothing is near.</summary>
    public static string For(string typed, IEnumerable<string> known)
    {
        string[] words = [.. known];
        typed = typed.Length <= LongestWord ? typed : typed[..LongestWord];
        string? nearest = words.Where(word => IsNear(typed, word)).MinBy(word => Distance(typed, word));
        return nearest is null ? $"; there are {string.Join(", ", words)}" : Of(nearest);
    }

    /// <summary>"; did you mean …?" of one word or several.</summary>
    public static string Of(params ReadOnlySpan<string> words) => words is [.. var others, var last] && others.Length > 0
        ? $"; did you mean {string.Join(", ", others)} or {last}?"
        : $"; did you mean {words[0]}?";

    private static bool IsNear(string typed, string word) =>
        Distance(typed, word) <= Math.Max(1, typed.Trim('-').Length / 3)
        || (typed.Trim('-').Length >= 2 && word.StartsWith(typed, StringComparison.OrdinalIgnoreCase));

    /// <summary>Letters to insert, drop, replace, or swap with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int replaced = d[i - 1, j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                d[i, j] = Math.Min(replaced, 1 + Math.Min(d[i - 1, j], d[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], 1 + d[i - 2, j - 2]);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
