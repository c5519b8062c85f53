using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Torch.Models;

namespace BiGS.Training.Evaluation;

/// <summary>
/// Agreement without fine-tuning (Goldberg 2019): the verb is hidden, and its two forms compete for its place; a tie counts as wrong. Forms that are not
/// one word piece of the vocabulary cannot compete there, and their questions are left out and counted.
/// </summary>
internal static class AgreementEvaluation
{
    /// <param name="model">Left in the mode that it was in.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="questions">In any order; equal sentences are read once.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">No question is left.</exception>
    public static Score Score(
        BiGSForMaskedLM model, BertTokenizer tokenizer, IEnumerable<AgreementQuestion> questions,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var answers = new AccuracyCounter();
        MaskedWordScorer words = model.MaskedWords(tokenizer.Vocabulary.PadId);
        var asked = new List<MaskedQuestion>();
        var groups = new List<IReadOnlyList<string>>();
        foreach (AgreementQuestion question in questions)
        {
            int[] ids = [.. tokenizer.Encode(question.Text).Ids];
            if (OnePiece(tokenizer, question.Good) is not int good || OnePiece(tokenizer, question.Bad) is not int bad)
            {
                answers.Skip("not_one_piece", question.Groups);
            }
            else if (ids.Length > words.MaxRowLength)
            {
                answers.Skip("too_long", question.Groups);
            }
            else
            {
                asked.Add(new MaskedQuestion(ids, Array.IndexOf(ids, tokenizer.Vocabulary.MaskId), [good, bad]));
                groups.Add(question.Groups);
            }
        }

        IReadOnlyList<double[]> scores = words.LogProbabilities(asked, progress, cancellationToken);
        for (int i = 0; i < asked.Count; i++)
        {
            answers.Add(scores[i][0] > scores[i][1], groups[i]);
        }

        return answers.ToScore("agreement");
    }

    private static int? OnePiece(BertTokenizer tokenizer, string form) =>
        tokenizer.Encode(form, addSpecialTokens: false).Ids is [int id] && id != tokenizer.Vocabulary.UnknownId ? id : null;
}
