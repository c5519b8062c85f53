using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>A class and how likely it is.</summary>
/// <param name="Label">Its name, as config.json has it.</param>
/// <param name="Probability">Softmax over the classes.</param>
/// <param name="Logit">What the softmax was taken of.</param>
public sealed record LabelProbability(string Label, double Probability, double Logit);

/// <summary>What a fine-tuned model says of a text.</summary>
/// <param name="Labels">The likeliest first; none where the model gives a value.</param>
/// <param name="Value">Of a model with one label, which was trained to give one; null where it gives classes.</param>
public sealed record Classification(IReadOnlyList<LabelProbability> Labels, double? Value);

/// <summary>Classes or values of texts and pairs of texts, by a model that was fine-tuned for them. Several threads may use one.</summary>
public sealed class Classifier : IDisposable
{
    internal const string Head = ModelHeads.SequenceClassification;

    private readonly TextModel _model;

    internal Classifier(TextModel model) => _model = model;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>The classes, in the order of the model's outputs; one name where the model gives a value.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>The most tokens that the model reads at once, [CLS] and [SEP] among them.</summary>
    public int MaxTokens => _model.LongestRow;

    /// <summary>Opens a folder that fine-tuning left.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static Classifier Open(string folder, OpenOptions? options = null) => new(TextModel.Open(folder, options, Head));

    /// <param name="texts">In any order.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One answer per text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<ModelText> texts, LongTextBehavior tooLong = LongTextBehavior.Refuse, CancellationToken cancellationToken = default) =>
        [.. _model.Read(texts, tooLong, Answers, cancellationToken).Select(row => row.Read)];

    /// <param name="rows">Texts or pairs that are tokens already, in any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One answer per row, in their order.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    internal IReadOnlyList<Classification> ClassifyTokenized(IReadOnlyList<TokenizedText> rows, CancellationToken cancellationToken = default) => _model.Read(rows, Answers, cancellationToken);

    /// <summary>What the softmax is taken of, or the value.</summary>
    /// <param name="rows">In any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each row as many numbers as there are labels.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    internal IReadOnlyList<float[]> Logits(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken) => _model.ReadRows(
        rows, batch =>
        {
            OutputTensor logits = Logits(batch);
            return Enumerable.Range(0, batch.Rows).Select(row => logits.Row(row).ToArray());
        }, cancellationToken);

    /// <summary>How many tokens a text has, [CLS] and [SEP] among them; no more than <see cref="MaxTokens"/> can be read.</summary>
    public int CountTokens(ModelText text) => _model.CountTokens(text);

    public void Dispose() => _model.Dispose();

    private IEnumerable<Classification> Answers(Batch batch)
    {
        OutputTensor logits = Logits(batch);
        return Enumerable.Range(0, batch.Rows).Select(row => logits.Width == 1
            ? new Classification([], logits.Row(row)[0])
            : new Classification([.. Probabilities(logits, row).OrderByDescending(label => label.Probability)], null));
    }

    private OutputTensor Logits(Batch batch) => _model.Session.Compute(batch, ModelOutputs.Logits)[0]; // (b, labels)

    private IEnumerable<LabelProbability> Probabilities(OutputTensor logits, int row) =>
        Softmax.Compute(logits.Row(row)).Select((probability, i) => new LabelProbability(_model.Labels[i], probability, logits.Row(row)[i]));
}
