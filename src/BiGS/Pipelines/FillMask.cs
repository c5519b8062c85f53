using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Tokenizers;

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

/// <summary>The likeliest words for every [MASK] of a text: what a pretrained model can do without fine-tuning.</summary>
public sealed class FillMask : IDisposable
{
    private const string Head = "BiGSForMaskedLM";
    private const string Mask = "[MASK]";
    private const int LongestQuote = 80;

    private readonly TextModel _model;
    private readonly BertTokenizer _tokenizer;
    private readonly int? _padTo;

    private FillMask(TextModel model, int? padTo)
    {
        _model = model;
        _tokenizer = model.Tokenizer;
        _padTo = padTo;
    }

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>Opens the small English model that comes with the library.</summary>
    public static FillMask Open() => Open(ShippedModel.Folder);

    /// <summary>Opens a folder that holds a masked language model and its tokenizer.</summary>
    /// <param name="folder">config.json, model.safetensors, and vocab.txt or tokenizer.json.</param>
    /// <param name="how">Route and device.</param>
    /// <param name="precision">What to compute in.</param>
    /// <param name="padTo">Every row's length; by default the text's own, or the model's full length where it sees its padding.</param>
    /// <param name="tokenizerFolder">Where the tokenizer is, if not beside the model.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together, or hold a model with another head.</exception>
    public static FillMask Open(
        string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, int? padTo = null, string? tokenizerFolder = null)
    {
        var opened = TextModel.Open(folder, how, precision, tokenizerFolder);
        return opened.Backend.Architecture == Head
            ? new FillMask(opened, padTo)
            : throw new InvalidDataException(
                $"{folder}: \"architectures\" in {ConfigFile.Name} is {opened.Backend.Architecture}, which fills no masks; expected a {Head}.");
    }

    /// <summary>Reads a text once, whatever the number of its masks, and guesses each by itself.</summary>
    /// <param name="text">With at least one [MASK].</param>
    /// <param name="top">How many words for each.</param>
    /// <exception cref="ArgumentException">The text has no [MASK], or is too long for the model.</exception>
    public IReadOnlyList<MaskedWord> Fill(string text, int top = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        Encoding encoding = _tokenizer.Encode(text);
        long[] masks = [.. Enumerable.Range(0, encoding.Ids.Count).Where(i => encoding.Ids[i] == _tokenizer.Vocabulary.MaskId)];
        if (masks.Length == 0)
        {
            throw new ArgumentException($"\"{Quoted(text)}\" has no {Mask}; write {Mask} where a word is to be found.");
        }

        Numbers logits = _model.Backend.LogitsAt(_model.Batch([encoding], Length(encoding, text)), masks); // (p, v)
        return
        [
            .. masks.Select((position, m) =>
            {
                (int start, int end) = encoding.Offsets[(int)position];
                IEnumerable<(int Id, double Probability)> known = logits.Probabilities(m).Take(_tokenizer.VocabularySize).Index();
                return new MaskedWord(start, end,
                    [.. known.OrderByDescending(word => word.Probability).Take(top).Select(word => Candidate(text, start, end, word.Id, word.Probability))]);
            }),
        ];
    }

    public void Dispose() => _model.Dispose();

    private int Length(Encoding encoding, string text)
    {
        try
        {
            return RowLength.For(_model.Config, encoding.Ids.Count, _padTo);
        }
        catch (ArgumentException unfit)
        {
            throw new ArgumentException($"\"{Quoted(text)}\": {unfit.Message}", unfit);
        }
    }

    private MaskCandidate Candidate(string text, int start, int end, int id, double probability)
    {
        string token = _tokenizer.Vocabulary.Tokens[id];
        bool continues = token.Length > 2 && token.StartsWith("##", StringComparison.Ordinal);
        string filled = continues ? text[..start].TrimEnd() + token[2..] + text[end..] : text[..start] + token + text[end..];
        return new MaskCandidate(token, id, probability, filled);
    }

    private static string Quoted(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length > LongestQuote ? line[..LongestQuote] + "…" : line;
    }
}
