using BiGS.Corpora;

namespace BiGS.Evaluation;

/// <summary>Two sentences that differ in as little as possible, of which one is English.</summary>
/// <param name="Good">The one that is.</param>
/// <param name="Bad">The other.</param>
/// <param name="Field">syntax, morphology, semantics, or between two.</param>
/// <param name="Phenomenon">What it is about: island effects, binding, …</param>
public sealed record MinimalPair(string Good, string Bad, string Field, string Phenomenon);

/// <summary>
/// The benchmark of linguistic minimal pairs (Warstadt et al. 2020), without fine-tuning: how often the good sentence has the higher
/// pseudo-log-likelihood. A tie counts as wrong.
/// </summary>
public static class Blimp
{
    private static readonly Column[] Columns =
        [Column.Of("sentence_good"), Column.Of("sentence_bad"), Column.Of("field"), Column.Of("linguistics_term")];

    /// <summary>The pairs of a file, in its order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no pair, or a row lacks a column: says which.</exception>
    public static IEnumerable<MinimalPair> Read(string path)
    {
        foreach (TableRow row in TableFile.Read(path, Columns))
        {
            yield return row.Cells is [{ Length: > 0 } good, { Length: > 0 } bad, { } field, { } phenomenon]
                ? new MinimalPair(good, bad, field, phenomenon)
                : throw new InvalidDataException($"{row.Where}: a sentence is empty; expected a good and a bad one");
        }
    }

    /// <summary>Accuracy overall, by field (<c>accuracy_field_…</c>) and by phenomenon. Pairs that are too long for the model are left out and counted.</summary>
    /// <param name="likelihood">Scores sentences.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="ArgumentException">No pair is left.</exception>
    public static Score Score(
        PseudoLogLikelihood likelihood, IEnumerable<MinimalPair> pairs, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var answers = new RightAnswers();
        var read = new List<MinimalPair>();
        foreach (MinimalPair pair in pairs)
        {
            if (Math.Max(likelihood.LengthOf(pair.Good), likelihood.LengthOf(pair.Bad)) <= likelihood.LongestSentence)
            {
                read.Add(pair);
            }
            else
            {
                answers.Skip("too_long", Groups(pair));
            }
        }

        IReadOnlyList<SentenceScore> scores = likelihood.Score([.. read.SelectMany(pair => new[] { pair.Good, pair.Bad })], progress, cancel);
        for (int i = 0; i < read.Count; i++)
        {
            answers.Add(scores[2 * i].LogLikelihood > scores[(2 * i) + 1].LogLikelihood, Groups(read[i]));
        }

        return answers.ToScore("blimp");
    }

    private static string[] Groups(MinimalPair pair) => ["field_" + pair.Field, pair.Phenomenon];
}
