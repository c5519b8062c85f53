using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>What is hidden while a word piece is asked for.</summary>
public enum PieceMasking
{
    /// <summary>The piece alone (Salazar et al. 2020).</summary>
    Single,

    /// <summary>
    /// The piece and what follows of its word (Kauf and Ivanova 2023, PLL-word-l2r): with the rest in sight, a long word's pieces are all but
    /// certain, and rare words would score higher than common ones.
    /// </summary>
    RestOfWord,
}

/// <summary>What becomes of a sentence that is longer than the model.</summary>
internal enum LongSentenceBehavior
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>Its end is cut off; the score is that of its beginning.</summary>
    Truncate,

    /// <summary>Each piece is scored in as long a stretch of the sentence as the model reads, with the piece in its middle where the sentence's ends allow.</summary>
    Window,
}

/// <summary>How likely a sentence is to a masked language model.</summary>
/// <param name="LogLikelihood">In nats; at most 0.</param>
/// <param name="Pieces">Word pieces that it is a sum over.</param>
public readonly record struct SentenceScore(double LogLikelihood, int Pieces);

/// <summary>
/// The pseudo-log-likelihood of a sentence (Salazar et al. 2020): PLL(w) = Σ_t log p(w_t | w with w_t hidden), over its word pieces; [CLS] and [SEP] are
/// read and not asked for. No probability of the sentence, but comparable between sentences that differ in a word.
/// </summary>
/// <param name="words">What the model gives for hidden words.</param>
/// <param name="tokenizer">The model's own.</param>
/// <param name="masking">What is hidden with a piece.</param>
/// <param name="longSentences">What becomes of a sentence that is longer than the model.</param>
internal sealed class PseudoLogLikelihood(
    MaskedWordScorer words, BertTokenizer tokenizer, PieceMasking masking = PieceMasking.Single, LongSentenceBehavior longSentences = LongSentenceBehavior.Refuse)
{
    /// <summary>A sentence of l tokens is l rows of l; so many ids are in memory at a time.</summary>
    private const long IdsAtOnce = 1 << 17;

    /// <summary>Tokens of a sentence that the model can read, [CLS] and [SEP] among them.</summary>
    public int MaxTokens => words.MaxRowLength;

    /// <summary>Tokens of a sentence, [CLS] and [SEP] among them.</summary>
    public int CountTokens(string sentence) => tokenizer.Encode(sentence).Ids.Count;

    /// <param name="sentences">In any order.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">A sentence is longer than the model reads, and is to be refused.</exception>
    public IReadOnlyList<SentenceScore> Score(IReadOnlyList<string> sentences, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var scores = new List<SentenceScore>(sentences.Count);
        while (scores.Count < sentences.Count)
        {
            var questions = new List<MaskedQuestion[]>();
            for (long ids = 0; ids < IdsAtOnce && scores.Count + questions.Count < sentences.Count;)
            {
                questions.Add([.. Questions(Encoded(sentences[scores.Count + questions.Count]))]);
                ids += questions[^1].Sum(question => (long)question.Ids.Length);
            }

            IReadOnlyList<double[]> answers = words.LogProbabilities([.. questions.SelectMany(sentence => sentence)], cancellationToken: cancellationToken);
            int next = 0;
            scores.AddRange(questions.Select(sentence => new SentenceScore(sentence.Sum(_ => answers[next++][0]), sentence.Length)));
            progress?.Report((double)scores.Count / sentences.Count);
        }

        return scores;
    }

    private BiGS.Tokenizers.TokenizedText Encoded(string sentence) =>
        tokenizer.Encode(sentence, maxLength: longSentences == LongSentenceBehavior.Truncate && MaxTokens < int.MaxValue ? MaxTokens : null);

    private IEnumerable<MaskedQuestion> Questions(BiGS.Tokenizers.TokenizedText encoding)
    {
        for (int position = 0; position < encoding.Ids.Count; position++)
        {
            if (encoding.SpecialTokensMask[position] == 0)
            {
                int[] ids = [.. encoding.Ids];
                int end = position;
                do
                {
                    ids[end++] = tokenizer.Vocabulary.MaskId;
                }
                while (masking == PieceMasking.RestOfWord && IsContinued(encoding, end));
                yield return longSentences == LongSentenceBehavior.Window && ids.Length > MaxTokens
                    ? Windowed(ids, position, encoding.Ids[position])
                    : new MaskedQuestion(ids, position, [encoding.Ids[position]]);
            }
        }
    }

    /// <summary>[CLS], as many pieces around a position as the model reads, and [SEP].</summary>
    private MaskedQuestion Windowed(int[] ids, int position, int piece)
    {
        int room = MaxTokens - 2;
        int start = Math.Clamp(position - (room / 2), 1, ids.Length - 1 - room);
        return new MaskedQuestion([ids[0], .. ids.AsSpan(start, room), ids[^1]], position - start + 1, [piece]);
    }

    private static bool IsContinued(BiGS.Tokenizers.TokenizedText encoding, int position) =>
        encoding.SpecialTokensMask[position] == 0 && encoding.Tokens[position] is ['#', '#', _, ..];
}
