using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>A word with its tag.</summary>
/// <param name="Word">As the text has it.</param>
/// <param name="Tag">Its name, as config.json has it.</param>
/// <param name="Probability">Softmax over the tags.</param>
/// <param name="Start">Where the word begins in the text, in UTF-16 code units.</param>
/// <param name="End">Where it ends, exclusive.</param>
public sealed record TaggedWord(string Word, string Tag, double Probability, int Start, int End);

/// <summary>A tag for every word of a text, read off its first piece, by a model that was fine-tuned for it. Several threads may use one.</summary>
public sealed class Tagger : IDisposable
{
    internal const string Head = ModelHeads.TokenClassification;

    private readonly TextModel _model;

    internal Tagger(TextModel model) => _model = model;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>The most tokens that the model reads at once, [CLS] and [SEP] among them.</summary>
    public int MaxTokens => _model.LongestRow;

    /// <summary>Opens a folder that fine-tuning left.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static Tagger Open(string folder, OpenOptions? options = null) => new(TextModel.Open(folder, options, Head));

    /// <param name="texts">In any order.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The words of each text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    public IReadOnlyList<IReadOnlyList<TaggedWord>> Tag(IReadOnlyList<string> texts, LongTextBehavior tooLong = LongTextBehavior.Refuse, CancellationToken cancellationToken = default) =>
        TagTokenized([.. texts.Zip(_model.Tokenize([.. texts.Select(text => (ModelText)text)], tooLong), (text, tokens) => new TextRow(text, tokens))], cancellationToken);

    /// <param name="rows">Texts that are tokenised already, in any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The words of each text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model.</exception>
    internal IReadOnlyList<IReadOnlyList<TaggedWord>> TagTokenized(IReadOnlyList<TextRow> rows, CancellationToken cancellationToken = default) =>
        [.. _model.Read([.. rows.Select(row => row.Tokens)], Probabilities, cancellationToken).Zip(rows, (read, row) => (IReadOnlyList<TaggedWord>)[.. Words(row.Tokens, read, row.Text)])];

    /// <summary>How many tokens a text has, [CLS] and [SEP] among them; no more than <see cref="MaxTokens"/> can be read.</summary>
    public int CountTokens(ModelText text) => _model.CountTokens(text);

    public void Dispose() => _model.Dispose();

    /// <summary>Of each row, token by token, the probabilities of the tags.</summary>
    private IEnumerable<double[][]> Probabilities(Batch batch)
    {
        OutputTensor logits = _model.Session.Compute(batch, ModelOutputs.Logits)[0]; // (b, l, tags)
        return Enumerable.Range(0, batch.Rows * batch.Length).Select(token => Softmax.Compute(logits.Row(token))).Chunk(batch.Length);
    }

    /// <summary>A word is a piece and those that go on it.</summary>
    private IEnumerable<TaggedWord> Words(TokenizedText encoding, double[][] probabilities, string text)
    {
        for (int token = 0; token < encoding.Ids.Count; token++)
        {
            if (encoding.SpecialTokensMask[token] == 1 || encoding.Tokens[token].StartsWith("##", StringComparison.Ordinal))
            {
                continue;
            }

            int last = token;
            while (last + 1 < encoding.Ids.Count && encoding.Tokens[last + 1].StartsWith("##", StringComparison.Ordinal))
            {
                last++;
            }

            (int start, int end) = (encoding.Offsets[token].Start, encoding.Offsets[last].End);
            int best = Array.IndexOf(probabilities[token], probabilities[token].Max());
            yield return new TaggedWord(text[start..end], _model.Labels[best], probabilities[token][best], start, end);
        }
    }
}
