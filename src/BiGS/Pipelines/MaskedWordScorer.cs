using BiGS.Configuration;
using BiGS.Inference;

namespace BiGS.Pipelines;

/// <summary>
/// What a masked language model gives for words at hidden positions: log p(word | row) = logit − log Σ e^logits. Questions are answered in batches of
/// similar length whatever their order, and those with equal rows by reading once.
/// </summary>
/// <param name="config">The model's shape.</param>
/// <param name="padId">Fills what the shorter rows of a batch leave.</param>
/// <param name="read">Asks the model.</param>
internal sealed class MaskedWordScorer(BiGSConfig config, int padId, MaskedWordScorer.Reader read)
{
    /// <summary>Reads a batch with one hidden word a row.</summary>
    /// <param name="batch">Rows of one length.</param>
    /// <param name="positions">Of each row the hidden word, as a flat index row · l + position.</param>
    /// <param name="wanted">Flat indices row · v + word.</param>
    /// <returns>The logit of each wanted word, and of each row log Σ e^logits.</returns>
    public delegate (double[] Logits, double[] Totals) Reader(Batch batch, long[] positions, long[] wanted);

    /// <summary>Positions of a batch: enough for products to be fast, few enough for the logits of short rows and many words.</summary>
    private const int PositionsAtOnce = 4_096;

    /// <summary>Tokens of a row that the model can read.</summary>
    public int MaxRowLength => config.MaxInputLength();

    /// <param name="questions">In any order.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each question the log probability of each of its words, in nats.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model reads.</exception>
    /// <exception cref="InvalidDataException">The model's logits are no numbers.</exception>
    public IReadOnlyList<double[]> LogProbabilities(
        IReadOnlyList<MaskedQuestion> questions, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        // Rows with all the questions that ask about them; the longest first, so that the first batch shows whether memory suffices.
        int[][] rows =
        [
            .. Enumerable.Range(0, questions.Count).GroupBy(i => questions[i], MaskedQuestion.SameRow).Select(row => row.ToArray())
                .OrderByDescending(row => questions[row[0]].Ids.Length),
        ];
        if (rows.Length > 0 && questions[rows[0][0]].Ids.Length > MaxRowLength)
        {
            throw new ArgumentException($"A row has {questions[rows[0][0]].Ids.Length} tokens, but the model reads at most {MaxRowLength}; leave it out or shorten it.");
        }

        var answers = new double[questions.Count][];
        for (int at = 0; at < rows.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = config.PaddingAffectsOutput() ? config.MaxPositionEmbeddings : questions[rows[at][0]].Ids.Length;
            int count = Math.Min(rows.Length - at, Math.Max(1, PositionsAtOnce / length));
            Answer(questions, new ArraySegment<int[]>(rows, at, count), length, answers);
            at += count;
            progress?.Report((double)at / rows.Length);
        }

        return answers;
    }

    private void Answer(IReadOnlyList<MaskedQuestion> questions, ArraySegment<int[]> rows, int length, double[][] answers)
    {
        MaskedQuestion[] asked = [.. rows.Select(row => questions[row[0]])];
        var batch = Batch.Create([.. asked.Select(question => new TokenRow(question.Ids))], padId, length);
        long[] positions = [.. asked.Select((question, r) => ((long)r * length) + question.Position)];
        long words = config.VocabSize;
        long[] wanted = [.. rows.SelectMany((row, r) => row.SelectMany(q => questions[q].Words.Select(word => (r * words) + word)))];
        (double[] scores, double[] totals) = read(batch, positions, wanted);
        int next = 0;
        for (int r = 0; r < rows.Count; r++)
        {
            if (!double.IsFinite(totals[r]))
            {
                throw new InvalidDataException($"The model's logits add up to {totals[r]}; the weights are no trained model.");
            }

            foreach (int q in rows[r])
            {
                answers[q] = [.. questions[q].Words.Select(_ => scores[next++] - totals[r])];
            }
        }
    }
}
