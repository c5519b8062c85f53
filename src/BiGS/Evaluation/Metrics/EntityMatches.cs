namespace BiGS.Evaluation;

/// <summary>A named stretch of a tagged sentence.</summary>
/// <param name="Kind">What follows the prefix of its tags.</param>
/// <param name="First">Its first word.</param>
/// <param name="Last">Its last word, inclusive.</param>
public readonly record struct Entity(string Kind, int First, int Last);

/// <summary>How many entities there are, are guessed, and are both, with the same words and kind.</summary>
public readonly record struct EntityMatches(int Right, int Guessed, int True)
{
    /// <summary>0 where none is guessed.</summary>
    public double Precision => Guessed == 0 ? 0 : (double)Right / Guessed;

    /// <summary>0 where there is none.</summary>
    public double Recall => True == 0 ? 0 : (double)Right / True;

    /// <summary>2 right / (guessed + true); 0 where there are none of either.</summary>
    public double F1 => Guessed + True == 0 ? 0 : 2.0 * Right / (Guessed + True);

    public static EntityMatches operator +(EntityMatches a, EntityMatches b) => new(a.Right + b.Right, a.Guessed + b.Guessed, a.True + b.True);

    /// <summary>Counts one sentence.</summary>
    public static EntityMatches Of(IReadOnlyList<string> truth, IReadOnlyList<string> guesses)
    {
        HashSet<Entity> wanted = [.. Entities(truth)];
        Entity[] guessed = [.. Entities(guesses)];
        return new EntityMatches(guessed.Count(wanted.Contains), guessed.Length, wanted.Count);
    }

    /// <summary>
    /// The entities of BIO, IOB and BIOES tags as seqeval's default reads them: B and S begin one, O and a change of kind end one,
    /// and an I that follows nothing of its kind begins one too.
    /// </summary>
    public static IEnumerable<Entity> Entities(IReadOnlyList<string> tags)
    {
        (char before, string kindBefore, int begin) = ('O', "", 0);
        for (int i = 0; i <= tags.Count; i++)
        {
            (char prefix, string kind) = Split(i < tags.Count ? tags[i] : "O");
            bool goesOn = before is ('B' or 'I') && prefix is ('I' or 'E') && kind == kindBefore;
            if (!goesOn)
            {
                if (before != 'O')
                {
                    yield return new Entity(kindBefore, begin, i - 1);
                }

                begin = i;
            }

            (before, kindBefore) = (prefix, kind);
        }
    }

    private static (char Prefix, string Kind) Split(string tag) =>
        tag.Length == 0 || tag == "O" ? ('O', "") : (tag[0], tag.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? tag[(dash + 1)..] : "_");
}
