using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Pipelines;

/// <summary>A word that may stand at a [MASK].</summary>
/// <param name="Token">As the vocabulary spells it; "##" goes on a word.</param>
/// <param name="Id">Its number.</param>
/// <param name="Probability">Its share among all words: softmax of the logits.</param>
/// <param name="Text">The text with this word at this [MASK], other masks left as they are.</param>
public sealed record MaskCandidate(string Token, int Id, double Probability, string Text);

/// <summary>A [MASK] of a text and the likeliest words for it.</summary>
/// <param name="Start">Where it begins in the text, in UTF-16 code units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Candidates">The likeliest first.</param>
public sealed record MaskedWord(int Start, int End, IReadOnlyList<MaskCandidate> Candidates);

/// <summary>
/// The likeliest words for every [MASK] of a text: what a pretrained model can do without fine-tuning. Texts are read in batches of similar length; neither
/// their company nor their order changes an answer. Several threads may use one.
/// </summary>
public sealed class FillMask : IDisposable
{
    internal const string Head = ModelHeads.MaskedLM;
    private const string Mask = "[MASK]";
    private const int LongestQuote = 80;

    /// <summary>Positions of a batch: a score for every word at every mask must fit the memory, even where all are masked.</summary>
    private const int TokensAtOnce = 1_024;

    private readonly TextModel _model;
    private readonly BertTokenizer _tokenizer;
    private readonly int? _padTo;

    internal FillMask(TextModel model, int? padTo)
    {
        _model = model;
        _tokenizer = model.Tokenizer;
        _padTo = padTo;
    }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <inheritdoc cref="Embedder.TextWarnings"/>
    public IReadOnlyList<string> TextWarnings => _model.Coverage.Warnings;

    /// <summary>Opens the small English model that ships with BiGS.</summary>
    /// <param name="options">What computes.</param>
    public static FillMask Open(OpenOptions? options = null) => Open(ShippedModel.Folder, options);

    /// <summary>Opens a folder that holds a masked language model and its tokenizer.</summary>
    /// <param name="folder">config.json, model.safetensors, and vocab.txt or tokenizer.json.</param>
    /// <param name="options">What computes, and where the tokenizer is.</param>
    /// <param name="padTo">Every row's length; by default as long as it must be, or the model's full length where it sees its padding.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model with another head.</exception>
    public static FillMask Open(string folder, OpenOptions? options = null, int? padTo = null)
    {
        var opened = TextModel.Open(folder, options);
        if (opened.Session.Architecture == Head && opened.Session.HasTrainedHead)
        {
            return new FillMask(opened, padTo);
        }

        opened.Dispose();
        throw new InvalidDataException(
            $"{folder}: the model has no masked-LM head, which fills masks: by \"architectures\" in {ConfigFile.Name} and its weights it is a {opened.Session.Architecture}"
            + (opened.Session.Architecture == Head ? " without them" : "") + $"; give a {Head}, as Pretraining.Run leaves it, or embed with this one.");
    }

    /// <summary>Reads a text once, whatever the number of its masks, and guesses each by itself.</summary>
    /// <inheritdoc cref="Fill(IReadOnlyList{string}, int, CancellationToken)"/>
    public IReadOnlyList<MaskedWord> Fill(string text, int top = 5, CancellationToken cancellationToken = default) => Fill([text], top, cancellationToken)[0];

    /// <summary>Reads each text once, whatever the number of its masks, and guesses each mask by itself.</summary>
    /// <param name="texts">In any order, each with at least one [MASK].</param>
    /// <param name="top">How many words for each mask.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The masks of each text, in their order.</returns>
    /// <exception cref="ArgumentException">A text has no [MASK], or is too long for the model.</exception>
    public IReadOnlyList<IReadOnlyList<MaskedWord>> Fill(IReadOnlyList<string> texts, int top = 5, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        TextRow[] rows = [.. texts.Select(Row)];
        return [.. rows.Zip(LikeliestAtMasks(rows, top, cancellationToken), Words)];
    }

    /// <summary>The likeliest words for the masks of texts that are tokenised already, without the texts that they make.</summary>
    /// <param name="rows">In any order, each with at least one [MASK].</param>
    /// <param name="top">How many words for each mask.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Of each text, mask by mask, the likeliest words first.</returns>
    /// <exception cref="ArgumentException">A text has no [MASK], or is too long for the model.</exception>
    internal IReadOnlyList<(int Id, double Probability)[][]> LikeliestAtMasks(IReadOnlyList<TextRow> rows, int top, CancellationToken cancellationToken = default) =>
        AtMasks(rows, probabilities => Likeliest(probabilities, top), cancellationToken);

    /// <summary>The masks of a text with their likeliest words.</summary>
    /// <param name="row">The text.</param>
    /// <param name="likeliest">Of each mask, as <see cref="LikeliestAtMasks"/> gives them.</param>
    internal IReadOnlyList<MaskedWord> Words(TextRow row, (int Id, double Probability)[][] likeliest) =>
    [
        .. MaskPositions(row.Tokens).Zip(likeliest, (position, words) =>
        {
            (int start, int end) = row.Tokens.Offsets[position];
            return new MaskedWord(start, end, [.. words.Select(word => new MaskCandidate(
                _tokenizer.Vocabulary.Tokens[word.Id], word.Id, word.Probability, FilledText(row.Text, start, end, word.Id)))]);
        }),
    ];

    /// <summary>The positions that ask for a word.</summary>
    internal IEnumerable<int> MaskPositions(TokenizedText tokens) => Enumerable.Range(0, tokens.Ids.Count).Where(i => tokens.Ids[i] == _tokenizer.Vocabulary.MaskId);

    /// <summary>A text with a word at one of its masks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the mask begins.</param>
    /// <param name="end">Where it ends, exclusive.</param>
    /// <param name="id">The word.</param>
    internal string FilledText(string text, int start, int end, int id)
    {
        string token = _tokenizer.Vocabulary.Tokens[id];
        bool continues = token.Length > 2 && token.StartsWith("##", StringComparison.Ordinal);
        return continues ? text[..start].TrimEnd() + token[2..] + text[end..] : text[..start] + token + text[end..];
    }

    /// <summary>How likely words of your own are at each mask.</summary>
    /// <param name="texts">In any order, each with at least one [MASK].</param>
    /// <param name="words">What may stand there.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Of each text, mask by mask, the share of every word among all; null for one that is not a single piece of the vocabulary.</returns>
    /// <exception cref="ArgumentException">A text has no [MASK], or is too long for the model.</exception>
    public IReadOnlyList<IReadOnlyList<double?[]>> WordProbabilities(IReadOnlyList<string> texts, IReadOnlyList<string> words, CancellationToken cancellationToken = default) =>
        TokenizedWordProbabilities([.. texts.Select(Row)], words, cancellationToken);

    /// <summary>How likely words of your own are at each mask of texts that are tokenised already.</summary>
    /// <param name="rows">In any order, each with at least one [MASK].</param>
    /// <param name="words">What may stand there.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Of each text, mask by mask, the share of every word among all; null for one that is not a single piece of the vocabulary.</returns>
    /// <exception cref="ArgumentException">A text has no [MASK], or is too long for the model.</exception>
    internal IReadOnlyList<IReadOnlyList<double?[]>> TokenizedWordProbabilities(IReadOnlyList<TextRow> rows, IReadOnlyList<string> words, CancellationToken cancellationToken = default)
    {
        int?[] ids = [.. words.Select(WordId)];
        return AtMasks(rows, probabilities => ids.Select(id => id is int known ? probabilities[known] : (double?)null).ToArray(), cancellationToken);
    }

    /// <summary>The one piece of the vocabulary that a word is; null where it is more than one, or unknown.</summary>
    internal int? WordId(string word) => _tokenizer.Encode(word, addSpecialTokens: false).Ids is [int only] && only != _tokenizer.Vocabulary.UnknownId ? only : null;

    public void Dispose() => _model.Dispose();

    private TextRow Row(string text) => new(text, _tokenizer.Encode(text));

    private TokenRow Checked(TextRow row)
    {
        if (!MaskPositions(row.Tokens).Any())
        {
            throw new ArgumentException($"\"{Quoted(row.Text)}\" has no {Mask}; write {Mask} where a word is to be found.");
        }

        try
        {
            RowLength.For(_model.Config, row.Tokens.Ids.Count, _padTo);
        }
        catch (ArgumentException unfit)
        {
            throw new ArgumentException($"\"{Quoted(row.Text)}\": {unfit.Message}", unfit);
        }

        _model.Coverage.Add(row.Tokens.Ids);
        return new TokenRow([.. row.Tokens.Ids], [.. row.Tokens.TokenTypeIds]);
    }

    /// <summary>Of each row, mask by mask, what is said of the probabilities of all words.</summary>
    private IReadOnlyList<T[]> AtMasks<T>(IReadOnlyList<TextRow> rows, Func<double[], T> say, CancellationToken cancellationToken) => _model.ReadRows(
        [.. rows.Select(Checked)],
        batch =>
        {
            long[] masks = [.. Enumerable.Range(0, batch.InputIds.Length).Where(i => batch.InputIds[i] == _tokenizer.Vocabulary.MaskId).Select(i => (long)i)];
            OutputTensor logits = _model.Session.LogitsAt(batch, masks); // (p, v)
            return masks.Select((position, m) => (Row: position / batch.Length, Said: say(Softmax.Compute(logits.Row(m)))))
                .GroupBy(mask => mask.Row, (_, row) => row.Select(mask => mask.Said).ToArray());
        },
        cancellationToken, _padTo, TokensAtOnce);

    /// <summary>The likeliest words that the tokenizer has, the likeliest first; of equal ones the first in the vocabulary.</summary>
    private (int Id, double Probability)[] Likeliest(double[] probabilities, int top)
    {
        var kept = new PriorityQueue<int, (double, int)>();
        for (int id = 0; id < _tokenizer.VocabularySize; id++)
        {
            if (kept.Count < top)
            {
                kept.Enqueue(id, (probabilities[id], -id));
            }
            else if (kept.TryPeek(out _, out (double Probability, int) least) && probabilities[id] > least.Probability)
            {
                kept.EnqueueDequeue(id, (probabilities[id], -id));
            }
        }

        return [.. kept.UnorderedItems.OrderByDescending(word => word.Priority).Select(word => (word.Element, word.Priority.Item1))];
    }

    private static string Quoted(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length > LongestQuote ? line[..LongestQuote] + "…" : line;
    }
}
