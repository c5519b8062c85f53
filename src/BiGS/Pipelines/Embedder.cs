using BiGS.Configuration;
using BiGS.Inference;
using BiGS.SentenceTransformers;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Pipelines;

/// <summary>A text's vector, and what reading the text took.</summary>
/// <param name="Vector">As many numbers as <see cref="Embedder.Dimensions"/> says.</param>
/// <param name="Tokens">[CLS] and [SEP] among them.</param>
public sealed record EmbeddedText(float[] Vector, int Tokens);

/// <summary>
/// One vector a text: the mean of the last hidden states over its tokens, by default of length 1, so that a dot product is a cosine. A folder of
/// sentence-transformers says for itself how it pools, and what prompt stands before a text (<see cref="SentenceTransformer"/>). Texts are read in
/// batches of similar length; neither their company nor their order changes a vector. Several threads may use one.
/// </summary>
public sealed class Embedder : IDisposable
{
    private readonly TextModel _model;

    internal Embedder(TextModel model) => _model = model;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>The most tokens that the model reads at once, [CLS] and [SEP] among them.</summary>
    public int MaxTokens => _model.LongestRow;

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _model.Sentence.Pooling.Width(_model.Config.HiddenSize);

    /// <summary>How hidden states become a vector, in the order of its parts.</summary>
    public IReadOnlyList<PoolingMode> Pooling => _model.Sentence.Pooling.Modes;

    /// <summary>What the folder says of pooling and prompts.</summary>
    internal SentenceTransformer Sentence => _model.Sentence;

    /// <summary>What was wrong with the texts so far: a vocabulary that does not know them.</summary>
    public IReadOnlyList<string> TextWarnings => _model.Coverage.Warnings;

    /// <summary>Opens the small English embedding model that ships with BiGS.</summary>
    /// <param name="options">What computes.</param>
    public static Embedder Open(OpenOptions? options = null) => Open(ShippedModel.EmbeddingFolder, options);

    /// <summary>Opens a folder that holds any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <inheritdoc cref="TextModel.Open"/>
    public static Embedder Open(string folder, OpenOptions? options = null) => new(TextModel.Open(folder, options));

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">In any order.</param>
    /// <param name="normalize">Whether vectors get length 1.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="promptName">Which of the model's prompts stands before every text; null for its default one, if it has one.</param>
    /// <returns>One vector per text, in their order.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused; or there is no such prompt.</exception>
    public IReadOnlyList<float[]> Embed(
        IReadOnlyList<string> texts, bool normalize = true, LongTextBehavior tooLong = LongTextBehavior.Refuse, CancellationToken cancellationToken = default, string? promptName = null) =>
        [.. EmbedWithTokenCounts(texts, normalize, tooLong, cancellationToken, promptName).Select(text => text.Vector)];

    /// <summary>Embeds texts, and says how many tokens were read.</summary>
    /// <inheritdoc cref="Embed"/>
    public IReadOnlyList<EmbeddedText> EmbedWithTokenCounts(
        IReadOnlyList<string> texts, bool normalize = true, LongTextBehavior tooLong = LongTextBehavior.Refuse, CancellationToken cancellationToken = default, string? promptName = null) =>
    [
        .. _model.Read([.. texts.Select(text => (ModelText)AddPrompt(text, promptName))], tooLong, batch => Vectors(batch, normalize), cancellationToken)
            .Select(row => new EmbeddedText(row.Read, row.Encoding.Ids.Count)),
    ];

    /// <summary>A text with a prompt before it, as the model wants to read it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="promptName">Which of the model's prompts; null for its default one, if it has one.</param>
    /// <exception cref="ArgumentException">There is no such prompt.</exception>
    public string AddPrompt(string text, string? promptName = null) => _model.Sentence.Prompt(promptName) + text;

    /// <summary>Embeds texts that are tokens already, with their prompt if they have one, as <see cref="BertTokenizer.Encode(string, string?, int?, bool, TruncationSide)"/> gives them.</summary>
    /// <param name="rows">In any order.</param>
    /// <param name="normalize">Whether vectors get length 1.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One vector per row, in their order.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    internal IReadOnlyList<float[]> EmbedTokenized(IReadOnlyList<TokenizedText> rows, bool normalize = true, CancellationToken cancellationToken = default) =>
        _model.Read(rows, batch => Vectors(batch, normalize), cancellationToken);

    /// <summary>Embeds rows of tokens, with their prompt if they have one.</summary>
    /// <param name="rows">In any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One vector per row as the model gives it, in their order.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    internal IReadOnlyList<float[]> EmbedRows(IReadOnlyList<TokenRow> rows, CancellationToken cancellationToken) =>
        _model.ReadRows(rows, batch => Vectors(batch, normalize: false), cancellationToken);

    /// <summary>A vector for every token, [CLS] and [SEP] included: the last hidden states as they are.</summary>
    /// <param name="rows">In any order.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each row, one vector per token.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    public IReadOnlyList<float[][]> EmbedTokens(IReadOnlyList<TokenizedText> rows, CancellationToken cancellationToken = default) => _model.Read(rows, States, cancellationToken);

    /// <summary>How many tokens a text has, [CLS] and [SEP] among them; no more than <see cref="MaxTokens"/> can be read.</summary>
    public int CountTokens(ModelText text) => _model.CountTokens(text);

    public void Dispose() => _model.Dispose();

    private IEnumerable<float[][]> States(Batch batch)
    {
        OutputTensor states = _model.Session.Compute(batch, ModelOutputs.LastHiddenState)[0]; // (b, l, d)
        return Enumerable.Range(0, batch.Rows).Select(row => Enumerable.Range(row * batch.Length, batch.Length)
            .Where(position => batch.AttentionMask[position] != 0).Select(position => states.Row(position).ToArray()).ToArray());
    }

    private IEnumerable<float[]> Vectors(Batch batch, bool normalize)
    {
        OutputTensor states = _model.Session.Compute(batch, ModelOutputs.LastHiddenState)[0]; // (b, l, d)
        for (int row = 0; row < batch.Rows; row++)
        {
            int at = row * batch.Length;
            double[] vector = _model.Sentence.Pooling.Pool(
                states.Values.AsSpan(at * states.Width, batch.Length * states.Width), batch.AttentionMask.AsSpan(at, batch.Length));
            yield return normalize ? UnitVector.Normalize(vector) : [.. vector.Select(x => (float)x)];
        }
    }
}
