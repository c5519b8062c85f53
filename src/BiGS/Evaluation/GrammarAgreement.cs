using BiGS.Batches;
using BiGS.Corpora;
using BiGS.Models;
using BiGS.Tokenizers;
using static TorchSharp.torch;

namespace BiGS.Evaluation;

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
public static class GrammarAgreement
{
    private const int BatchSize = 64;

    /// <returns>A score for each number of attractors that occurs, ascending.</returns>
    public static IReadOnlyList<AgreementScore> Score(
        BiGSForMaskedLM model, BertTokenizer tokenizer, IEnumerable<GrammarDocument> documents, CancellationToken cancel = default)
    {
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using var untracked = inference_mode();
            var scores = new SortedDictionary<int, AgreementScore>();
            foreach (Question[] batch in Questions(tokenizer, documents, model.Config.MaxPositionEmbeddings).Chunk(BatchSize))
            {
                cancel.ThrowIfCancellationRequested();
                bool[] right = Answer(model, tokenizer, batch);
                for (int i = 0; i < batch.Length; i++)
                {
                    AgreementScore before = scores.GetValueOrDefault(batch[i].Attractors, new AgreementScore(batch[i].Attractors, 0, 0));
                    scores[batch[i].Attractors] = before with { Right = before.Right + (right[i] ? 1 : 0), Count = before.Count + 1 };
                }
            }

            return [.. scores.Values];
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    private static IEnumerable<Question> Questions(BertTokenizer tokenizer, IEnumerable<GrammarDocument> documents, int maxLength)
    {
        foreach (GrammarSentence sentence in documents.SelectMany(document => document.Sentences))
        {
            Tokenizers.Encoding encoding = tokenizer.Encode(sentence.Text);
            foreach (Agreement agreement in sentence.Agreements)
            {
                int start = sentence.WordStart(agreement.VerbIndex);
                int position = encoding.Offsets.ToList().FindIndex(1, offset => offset.Start == start && offset.End == start + agreement.Verb.Length);
                if (position >= 0 && encoding.Ids.Count <= maxLength && tokenizer.Vocabulary.TryGetId(agreement.OtherForm, out int other))
                {
                    yield return new Question([.. encoding.Ids], position, encoding.Ids[position], other, agreement.Attractors);
                }
            }
        }
    }

    private static bool[] Answer(BiGSForMaskedLM model, BertTokenizer tokenizer, Question[] batch)
    {
        using var scope = NewDisposeScope();
        Device device = model.Bigs.Embeddings.WordTable.device;
        BatchTensors tensors = BatchTensors.Of(Batch.Of([.. batch.Select(question => question.Row(tokenizer.Vocabulary.MaskId))], tokenizer.Vocabulary.PadId), device);
        Tensor forms = tensor(batch.SelectMany(question => new[] { (long)question.RightForm, question.OtherForm }).ToArray(), [batch.Length, 2], device: device);
        Tensor logits = model.LogitsAt(tensors.Input, tensors.Positions).gather(1, forms); // (verbs, 2)
        return logits.select(1, 0).gt(logits.select(1, 1)).cpu().data<bool>().ToArray();
    }

    /// <summary>A row with a verb to ask for, and the two forms that compete.</summary>
    private sealed record Question(int[] Ids, int Position, int RightForm, int OtherForm, int Attractors)
    {
        /// <summary>The row with its verb hidden.</summary>
        public MaskedRow Row(int maskId)
        {
            int[] ids = [.. Ids];
            ids[Position] = maskId;
            return new MaskedRow(ids, null, [Position], [RightForm]);
        }
    }
}
