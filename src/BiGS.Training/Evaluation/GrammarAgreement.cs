using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using BiGS.Training.Corpora;

namespace BiGS.Training.Evaluation;

/// <summary>How often a model prefers the right number at verbs of one kind.</summary>
/// <param name="Attractors">Nouns of the other number between the subject and its verb.</param>
/// <param name="Right">Verbs whose right form is the likelier.</param>
/// <param name="Count">Verbs asked for.</param>
public sealed record AgreementScore(int Attractors, long Right, long Count)
{
    public double Accuracy => (double)Right / Count;
}

/// <summary>
/// Subject–verb agreement on the built-in grammar, whose ground truth is known: each agreeing verb of a sentence is masked in turn,
/// and its two forms compete (Linzen et al. 2016, in the masked form of Goldberg 2019). Forms that are not one token are passed over.
/// </summary>
internal static class GrammarAgreement
{
    /// <summary>From here on, each distance from subject to verb is rare, and all are counted together.</summary>
    private const int LongDistance = 10;

    /// <returns>A score for each number of attractors that occurs, ascending.</returns>
    public static IReadOnlyList<AgreementScore> Score(
        BiGSForMaskedLM model, BertTokenizer tokenizer, IEnumerable<GrammarDocument> documents, CancellationToken cancellationToken = default) =>
    [
        .. Answers(model, tokenizer, documents, null, cancellationToken)
            .Where(answer => answer.Right is not null)
            .GroupBy(answer => answer.Verb.Attractors)
            .Select(group => new AgreementScore(group.Key, group.Count(answer => answer.Right == true), group.Count()))
            .OrderBy(score => score.Attractors),
    ];

    /// <summary>
    /// Accuracy overall, by attractors (<c>accuracy_attractors_N</c>), by words between subject and verb (<c>accuracy_distance_N</c>, and
    /// <c>accuracy_distance_10_or_more</c>), and by what the sentence is built as (<c>accuracy_construction_NAME</c>).
    /// </summary>
    /// <param name="model">Left in the mode that it was in.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="documents">Text that the model has not read.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">No verb is left to ask for.</exception>
    public static Score ScoreInDetail(
        BiGSForMaskedLM model, BertTokenizer tokenizer, IEnumerable<GrammarDocument> documents,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var answers = new AccuracyCounter();
        foreach (Answer answer in Answers(model, tokenizer, documents, progress, cancellationToken))
        {
            string[] groups =
            [
                $"attractors_{answer.Verb.Attractors}",
                answer.Verb.Distance < LongDistance ? $"distance_{answer.Verb.Distance}" : $"distance_{LongDistance}_or_more",
                $"construction_{answer.Construction}",
            ];
            if (answer.Right is bool right)
            {
                answers.Add(right, groups);
            }
            else
            {
                answers.Skip(answer.WhyNot, groups);
            }
        }

        return answers.ToScore("grammar");
    }

    private static List<Answer> Answers(
        BiGSForMaskedLM model, BertTokenizer tokenizer, IEnumerable<GrammarDocument> documents, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        MaskedWordScorer words = model.MaskedWords(tokenizer.Vocabulary.PadId);
        var answers = new List<Answer>();
        var questions = new List<MaskedQuestion>();
        foreach (GrammarSentence sentence in documents.SelectMany(document => document.Sentences))
        {
            BiGS.Tokenizers.TokenizedText encoding = tokenizer.Encode(sentence.Text);
            foreach (Agreement verb in sentence.Agreements)
            {
                bool fits = encoding.Ids.Count <= words.MaxRowLength;
                if (fits && Question(tokenizer.Vocabulary, encoding, verb, sentence.WordStart(verb.VerbIndex)) is { } question)
                {
                    questions.Add(question);
                    answers.Add(new Answer(verb, sentence.Construction, false, ""));
                }
                else
                {
                    answers.Add(new Answer(verb, sentence.Construction, null, fits ? "not_one_piece" : "too_long"));
                }
            }
        }

        using IEnumerator<double[]> scores = words.LogProbabilities(questions, progress, cancellationToken).GetEnumerator();
        return [.. answers.Select(answer => answer.Right is not null && scores.MoveNext() ? answer with { Right = scores.Current[0] > scores.Current[1] } : answer)];
    }

    /// <summary>The sentence with its verb hidden; null where a form is not one token.</summary>
    private static MaskedQuestion? Question(WordPieceVocabulary vocabulary, BiGS.Tokenizers.TokenizedText encoding, Agreement verb, int start)
    {
        int position = encoding.Offsets.ToList().FindIndex(1, offset => offset.Start == start && offset.End == start + verb.Verb.Length);
        if (position < 0 || encoding.Ids[position] == vocabulary.UnknownId || !vocabulary.TryGetId(verb.OtherForm, out int other))
        {
            return null;
        }

        int[] ids = [.. encoding.Ids];
        ids[position] = vocabulary.MaskId;
        return new MaskedQuestion(ids, position, [encoding.Ids[position], other]);
    }

    /// <param name="Verb">What was asked for.</param>
    /// <param name="Construction">What its sentence is built as.</param>
    /// <param name="Right">Whether its right form is the likelier; null where it was left out.</param>
    /// <param name="WhyNot">Why it was.</param>
    private sealed record Answer(Agreement Verb, string Construction, bool? Right, string WhyNot);
}
