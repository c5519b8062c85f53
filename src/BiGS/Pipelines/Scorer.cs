using BiGS.Inference;
using BiGS.Weights;

namespace BiGS.Pipelines;

/// <summary>
/// How likely sentences are to a pretrained model: their pseudo-log-likelihoods, comparable between sentences that differ in a word. Neither company nor
/// order changes a score. Several threads may use one.
/// </summary>
public sealed class Scorer : IDisposable
{
    private readonly TextModel _model;
    private readonly PseudoLogLikelihood _likelihood;

    private Scorer(TextModel model, PseudoLogLikelihood likelihood)
    {
        _model = model;
        _likelihood = likelihood;
    }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>Opens the small English model that ships with BiGS.</summary>
    /// <param name="options">What computes.</param>
    public static Scorer Open(OpenOptions? options = null) => Open(ShippedModel.Folder, options);

    /// <summary>Opens a folder that holds a masked language model and its tokenizer.</summary>
    /// <param name="folder">config.json, weights, and vocab.txt or tokenizer.json.</param>
    /// <param name="options">What computes, and where the tokenizer is.</param>
    /// <param name="masking">What is hidden while a word piece is asked for.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model with another head, or one that is not trained.</exception>
    public static Scorer Open(string folder, OpenOptions? options = null, PieceMasking masking = PieceMasking.Single)
    {
        TextModel model = TextModel.Open(folder, options, FillMask.Head);
        var words = new MaskedWordScorer(model.Config, model.Tokenizer.Vocabulary.PadId, (batch, positions, wanted) => Read(model.Session, batch, positions, wanted));
        return new Scorer(model, new PseudoLogLikelihood(words, model.Tokenizer, masking));
    }

    /// <summary>Scores sentences.</summary>
    /// <param name="sentences">In any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One score per sentence, in their order; 0 for a sentence without word pieces.</returns>
    /// <exception cref="ArgumentException">A sentence is longer than the model.</exception>
    public IReadOnlyList<SentenceScore> Score(IReadOnlyList<string> sentences, CancellationToken cancellationToken = default) => _likelihood.Score(sentences, cancellationToken: cancellationToken);

    public void Dispose() => _model.Dispose();

    private static (double[] Logits, double[] Totals) Read(IModelSession session, Batch batch, long[] positions, long[] wanted)
    {
        OutputTensor logits = session.LogitsAt(batch, positions); // (rows, v)
        return ([.. wanted.Select(place => (double)logits.Values[place])], [.. Enumerable.Range(0, batch.Rows).Select(row => Softmax.LogSumExp(logits.Row(row)))]);
    }
}
