namespace BiGS.Training.Evaluation;

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
    internal static EntityMatches Count(IEnumerable<Entity> truth, IEnumerable<Entity> guesses)
    {
        HashSet<Entity> wanted = [.. truth];
        HashSet<Entity> guessed = [.. guesses];
        return new EntityMatches(guessed.Count(wanted.Contains), guessed.Count, wanted.Count);
    }

    /// <summary>Counts each kind of many sentences by itself, in the order of their names.</summary>
    /// <param name="sentences">What is true and what was guessed, sentence by sentence.</param>
    internal static IReadOnlyDictionary<string, EntityMatches> ByKind(IEnumerable<(IReadOnlyList<Entity> Truth, IReadOnlyList<Entity> Guesses)> sentences)
    {
        var kinds = new SortedDictionary<string, EntityMatches>(StringComparer.Ordinal);
        foreach ((IReadOnlyList<Entity> truth, IReadOnlyList<Entity> guesses) in sentences)
        {
            foreach (string kind in truth.Concat(guesses).Select(entity => entity.Kind).Distinct())
            {
                kinds[kind] = kinds.GetValueOrDefault(kind) + Count(truth.Where(entity => entity.Kind == kind), guesses.Where(entity => entity.Kind == kind));
            }
        }

        return kinds;
    }
}
