using BiGS.Configuration;
using BiGS.Inference;
using BiGS.SentenceTransformers;
using BiGS.Tokenizers;

namespace BiGS.Training.FineTuning;

/// <summary>How two texts become one row.</summary>
public enum PairStyle
{
    /// <summary>[CLS] first [SEP] second [SEP], as BERT does.</summary>
    Sep,

    /// <summary>[CLS] first [CLS], second [SEP]: the authors' variant, one text for the model (paper.md §5).</summary>
    Cls,
}

/// <summary>Makes rows of texts, and remembers what did not fit.</summary>
/// <param name="Tokenizer">The model's.</param>
/// <param name="MaxLength">The most tokens of a row.</param>
/// <param name="PairStyle">How two texts are joined.</param>
/// <param name="Distractors">How many unrelated texts, of other examples, are put between the two of a pair: what a reader must look past.</param>
internal sealed record RowBuilder(BertTokenizer Tokenizer, int MaxLength, PairStyle PairStyle = PairStyle.Sep, int Distractors = 0)
{
    private readonly VocabularyCoverage _coverage = new(Tokenizer);
    private readonly List<string> _warnings = [];
    private int _cut;
    private (string Where, int Tokens) _longest = ("", 0);

    /// <summary>Stands before every text.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What was left out, or may be wrong; and whether the vocabulary knows the texts.</summary>
    public IReadOnlyList<string> Warnings => _cut == 0 ? [.. _warnings, .. _coverage.Warnings] :
    [
        .. _warnings, .. _coverage.Warnings,
        $"{_cut} rows are longer than {MaxLength} tokens and were cut, the longest of them {_longest.Where} with {_longest.Tokens:N0}; a larger FineTuningRequest.MaxLength or RowLayout.MaxLength reads more of them",
    ];

    /// <summary>Rows for a model and a kind of task.</summary>
    /// <param name="kind">Embeddings are read as the model's folder of sentence-transformers says; other kinds have no prompts.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="config">The model's.</param>
    /// <param name="sentence">What its folder says.</param>
    /// <param name="layout">Row length, pair style, distractors.</param>
    public static RowBuilder For(TaskKind kind, BertTokenizer tokenizer, BiGSConfig config, SentenceTransformer sentence, RowLayout layout)
    {
        int length = FineTuningRun.RowLength(config, layout.MaxLength);
        return kind.Architecture != ModelHeads.Embedding
            ? new RowBuilder(tokenizer, length, layout.PairStyle, layout.Distractors)
            : new RowBuilder(sentence.Adapt(tokenizer), Math.Min(length, sentence.MaxSequenceLength ?? length), layout.PairStyle, layout.Distractors) { Prompt = sentence.Prompt() };
    }

    /// <summary>One text, or two. The longer of two loses its end first.</summary>
    /// <exception cref="InvalidDataException">A text is empty.</exception>
    public TokenRow CreateRow(string text, string? pair, string where)
    {
        if (string.IsNullOrWhiteSpace(text) || (pair is not null && string.IsNullOrWhiteSpace(pair)))
        {
            throw new InvalidDataException($"{where}: the text is empty; fill it or drop the row");
        }

        TokenizedText row = Encoded(maxLength: null);
        _coverage.Add(row.Ids);
        if (row.Ids.Count > MaxLength)
        {
            CountCut(where, row.Ids.Count);
            row = Encoded(MaxLength);
        }

        return new TokenRow([.. row.Ids], row.TokenTypeIds.Contains(1) ? [.. row.TokenTypeIds] : null);

        TokenizedText Encoded(int? maxLength) => pair is not null && PairStyle == PairStyle.Cls
            ? Tokenizer.Encode($"{Prompt}{text} [CLS], {pair}", maxLength: maxLength)
            : Tokenizer.Encode(Prompt + text, pair, maxLength);
    }

    /// <summary>Remembers what may be wrong with the examples.</summary>
    public void Warn(IEnumerable<string> warnings) => _warnings.AddRange(warnings);

    /// <summary>Counts the pieces of a text that became a row elsewhere.</summary>
    public void CountPieces(IEnumerable<int> ids) => _coverage.Add(ids);

    /// <summary>Remembers that a row lost something.</summary>
    public void CountCut(string where, int tokens)
    {
        _cut++;
        _longest = tokens > _longest.Tokens ? (where, tokens) : _longest;
    }
}
