using BiGS.Configuration;
using BiGS.Inference;
using BiGS.SentenceTransformers;
using BiGS.Tokenizers;

namespace BiGS.Pipelines;

/// <summary>What becomes of a text that is longer than the model.</summary>
public enum LongTextBehavior
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>Its end is cut off.</summary>
    Truncate,
}

/// <summary>A text, or a pair of texts, as a model reads it.</summary>
/// <param name="First">The text.</param>
/// <param name="Second">The other of a pair; null for none.</param>
public readonly record struct ModelText(string First, string? Second = null)
{
    public static implicit operator ModelText(string text) => new(text);
}

/// <summary>
/// A frozen model with its tokenizer, which reads texts in batches of similar length: neither their company nor their order changes what it says of a text.
/// Several threads may use one.
/// </summary>
internal sealed class TextModel : IDisposable
{
    /// <summary>Positions of a batch: enough for products to be fast.</summary>
    private const int TokensAtOnce = 2_048;

    /// <summary>Bytes that computing a batch may need beside the weights: a batch of a wide model, or of long rows under attention, is cut before its tokens are used up.</summary>
    private const long BytesAtOnce = 32 << 20;

    /// <summary>Numbers that are held for each position at once, in widths of the model: a block's states, gate and inner layer.</summary>
    private const long WidthsAtOnce = 10;

    /// <summary>Positions from which on a batch ends where rows get shorter than three quarters of its first: filling them up would cost more than another batch.</summary>
    private const int EnoughTokens = 512;

    private TextModel(IModelSession session, BertTokenizer tokenizer, SentenceTransformer sentence)
    {
        Session = session;
        Tokenizer = tokenizer;
        Sentence = sentence;
        Coverage = new VocabularyCoverage(tokenizer);
        Labels = session.Labels ?? [.. Enumerable.Range(0, session.Config.NumLabels).Select(i => $"LABEL_{i}")];
    }

    /// <summary>The model below the pipelines.</summary>
    public IModelSession Session { get; }

    public BiGSConfig Config => Session.Config;

    public BertTokenizer Tokenizer { get; }

    /// <summary>Names of the classes or tags, as config.json has them.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What the folder says of pooling and prompts, where it is one of sentence-transformers.</summary>
    public SentenceTransformer Sentence { get; }

    /// <summary>How much of the texts the vocabulary knows.</summary>
    public VocabularyCoverage Coverage { get; }

    /// <summary>Tokens of a row that the model can read.</summary>
    public int LongestRow => Math.Min(Config.MaxInputLength(), Sentence.MaxSequenceLength ?? int.MaxValue);

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => Session.Warnings;

    /// <param name="folder">config.json, weights, and vocab.txt or tokenizer.json.</param>
    /// <param name="options">What computes, and where the tokenizer is.</param>
    /// <param name="head">The head that is needed; null for any.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model with another head, or one that is not trained.</exception>
    public static TextModel Open(string folder, OpenOptions? options = null, string? head = null)
    {
        options ??= new OpenOptions();
        IModelSession opened = options.Backend.Open(folder);
        if (head is not null && (opened.Architecture != head || !opened.HasTrainedHead))
        {
            throw new InvalidDataException(
                $"{folder}: holds a {opened.Architecture}{(opened.HasTrainedHead ? "" : " whose head is not trained")}; expected a trained {head}, as FineTuningRun.Run leaves it.");
        }

        var sentence = SentenceTransformer.Read(folder);
        return new TextModel(opened, sentence.Adapt(ModelTokenizer.Open(options.TokenizerFolder ?? folder, opened.Config)), sentence);
    }

    /// <param name="texts">In any order.</param>
    /// <param name="tooLong">Whether a text that is longer than the model loses its end; if not, reading it is refused.</param>
    public TokenizedText[] Tokenize(IReadOnlyList<ModelText> texts, LongTextBehavior tooLong)
    {
        int? longest = tooLong == LongTextBehavior.Truncate && LongestRow < int.MaxValue ? LongestRow : null;
        return [.. texts.Select(text => Tokenizer.Encode(text.First, text.Second, longest))];
    }

    public int CountTokens(ModelText text) => Tokenizer.Encode(text.First, text.Second).Ids.Count;

    /// <summary>Reads texts.</summary>
    /// <param name="texts">In any order.</param>
    /// <param name="tooLong">What becomes of a text that is longer than the model.</param>
    /// <param name="read">What the model says to a batch: from its rows, something of each.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Each text's tokens and what was read of it, in the order of the texts.</returns>
    /// <exception cref="ArgumentException">A text is longer than the model, and is to be refused.</exception>
    public IReadOnlyList<(TokenizedText Encoding, T Read)> Read<T>(
        IReadOnlyList<ModelText> texts, LongTextBehavior tooLong, Func<Batch, IEnumerable<T>> read, CancellationToken cancellationToken)
    {
        TokenizedText[] encodings = Tokenize(texts, tooLong);
        return [.. encodings.Zip(Read(encodings, read, cancellationToken))];
    }

    /// <summary>Reads texts that are tokens already.</summary>
    /// <inheritdoc cref="ReadRows"/>
    public IReadOnlyList<T> Read<T>(IReadOnlyList<TokenizedText> rows, Func<Batch, IEnumerable<T>> read, CancellationToken cancellationToken)
    {
        if (Sentence.MaxSequenceLength is { } most && rows.FirstOrDefault(row => row.Ids.Count > most) is { } tooLong)
        {
            throw new ArgumentException($"the text has {tooLong.Ids.Count} tokens, but the model reads at most {most}; shorten or split it.");
        }

        foreach (TokenizedText row in rows.TakeWhile(_ => !Coverage.HasEnough))
        {
            Coverage.Add(row.Ids);
        }

        return ReadRows([.. rows.Select(row => new TokenRow([.. row.Ids], [.. row.TokenTypeIds]))], read, cancellationToken);
    }

    /// <summary>Reads rows of tokens.</summary>
    /// <param name="rows">In any order.</param>
    /// <param name="read">What the model says to a batch: from its rows, something of each.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <param name="padTo">Every row's length; null for as long as it must be.</param>
    /// <param name="tokensAtOnce">Positions of a batch.</param>
    /// <returns>What was read of each row, in their order.</returns>
    /// <exception cref="ArgumentException">A row is longer than the model.</exception>
    public IReadOnlyList<T> ReadRows<T>(
        IReadOnlyList<TokenRow> rows, Func<Batch, IEnumerable<T>> read, CancellationToken cancellationToken, int? padTo = null, int tokensAtOnce = TokensAtOnce)
    {
        int[] byLength = [.. Enumerable.Range(0, rows.Count).OrderByDescending(i => rows[i].Ids.Length)];
        var results = new T[rows.Count];
        for (int at = 0; at < byLength.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = RowLength.For(Config, rows[byLength[at]].Ids.Length, padTo);
            int most = (int)Math.Min(byLength.Length, at + Math.Max(1, Math.Min(tokensAtOnce / length, BytesAtOnce / BytesOf(length))));
            int end = at + 1;
            while (end < most && ((end - at) * length < EnoughTokens || 4 * RowLength.For(Config, rows[byLength[end]].Ids.Length, padTo) >= 3 * length))
            {
                end++;
            }

            int[] chosen = byLength[at..end];
            foreach ((int i, T said) in chosen.Zip(read(Batch.Create([.. chosen.Select(i => rows[i])], Tokenizer.Vocabulary.PadId, length))))
            {
                results[i] = said;
            }

            at += chosen.Length;
        }

        return results;
    }

    public void Dispose() => Session.Dispose();

    /// <summary>What computing a row takes at most, roughly: its positions, and the matrices over pairs of them, of whole rows under attention and of chunks in Hydra.</summary>
    private long BytesOf(int length)
    {
        long scores = Config.Routing switch
        {
            Routing.Attention => 2L * Config.NumAttentionHeads * length,
            Routing.Hydra => 8L * Config.NumSsmHeads * Math.Min(length, HydraShape.ChunkLength), // some of them in double
            _ => 0,
        };
        return sizeof(float) * length * ((WidthsAtOnce * Config.HiddenSize) + scores);
    }
}

/// <summary>A text that is tokenised already: what a pipeline reads where someone has counted the tokens before.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tokens">Its tokens, [CLS] and [SEP] included, as <see cref="BertTokenizer.Encode(string, string?, int?, bool, TruncationSide)"/> gives them.</param>
internal sealed record TextRow(string Text, TokenizedText Tokens);
