using BiGS.Pipelines;
using BiGS.Training.Corpora;

namespace BiGS.Training.Evaluation;

/// <summary>Two sentences that differ in as little as possible, of which one is well-formed.</summary>
/// <param name="Good">The one that is.</param>
/// <param name="Bad">The other.</param>
/// <param name="Field">syntax, morphology, semantics, or between two; null where the file does not say.</param>
/// <param name="Phenomenon">What it is about: island effects, binding, …; null where the file does not say.</param>
internal sealed record MinimalPair(string Good, string Bad, string? Field = null, string? Phenomenon = null);

/// <summary>Which columns of a table hold minimal pairs.</summary>
/// <param name="Good">The well-formed sentence.</param>
/// <param name="Bad">The other.</param>
/// <param name="Group">What pairs are counted together by; null for nothing.</param>
internal sealed record MinimalPairColumns(Column Good, Column Bad, Column? Group = null);

/// <summary>
/// The benchmark of linguistic minimal pairs (Warstadt et al. 2020), without fine-tuning: how often the good sentence has the higher
/// pseudo-log-likelihood. A tie counts as wrong.
/// </summary>
internal static class Blimp
{
    private static readonly Column[] Published =
        [Column.Named("sentence_good"), Column.Named("sentence_bad"), Column.Named("field") with { Optional = true }, Column.Named("linguistics_term") with { Optional = true }];

    /// <summary>The pairs of a table, in its order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Where the sentences are; null for the names that BLiMP's own files have.</param>
    /// <param name="tables">How the file is read where it does not say.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It holds no pair, or a row lacks a column: says which.</exception>
    public static IEnumerable<MinimalPair> Read(string path, MinimalPairColumns? columns = null, TableOptions? tables = null)
    {
        Column[] wanted = columns is null ? Published : [columns.Good, columns.Bad, .. columns.Group is { } group ? [group] : (Column[])[]];
        foreach (TableRow row in TableFile.Read(path, wanted, tables))
        {
            if (string.IsNullOrWhiteSpace(row.Cells[0]) || string.IsNullOrWhiteSpace(row.Cells[1]))
            {
                throw new InvalidDataException($"{row.Location}: a sentence is empty; expected a good and a bad one");
            }

            yield return columns is null
                ? new MinimalPair(row.Cells[0]!, row.Cells[1]!, row.Cells[2], row.Cells[3])
                : new MinimalPair(row.Cells[0]!, row.Cells[1]!, null, row.Cells.ElementAtOrDefault(2));
        }
    }

    /// <summary>Accuracy overall, by field (<c>accuracy_field_…</c>) and by phenomenon. Pairs that are too long for the model are left out and counted.</summary>
    /// <param name="likelihood">Scores sentences.</param>
    /// <param name="pairs">At least one.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">No pair is left.</exception>
    public static Score Score(
        PseudoLogLikelihood likelihood, IEnumerable<MinimalPair> pairs, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var answers = new AccuracyCounter();
        var read = new List<MinimalPair>();
        foreach (MinimalPair pair in pairs)
        {
            if (Math.Max(likelihood.CountTokens(pair.Good), likelihood.CountTokens(pair.Bad)) <= likelihood.MaxTokens)
            {
                read.Add(pair);
            }
            else
            {
                answers.Skip("too_long", Groups(pair));
            }
        }

        IReadOnlyList<SentenceScore> scores = likelihood.Score([.. read.SelectMany(pair => new[] { pair.Good, pair.Bad })], progress, cancellationToken);
        for (int i = 0; i < read.Count; i++)
        {
            answers.Add(scores[2 * i].LogLikelihood > scores[(2 * i) + 1].LogLikelihood, Groups(read[i]));
        }

        return answers.ToScore("blimp");
    }

    private static string[] Groups(MinimalPair pair) => [.. new[] { pair.Field is null ? null : "field_" + pair.Field, pair.Phenomenon }.OfType<string>()];
}
