using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Pipelines;
using BiGS.Tokenizers;

namespace BiGS.Search;

/// <summary>A model as search uses it: it cuts texts into passages, turns them into vectors, and is known by a fingerprint.</summary>
public sealed class SearchModel : IDisposable
{
    /// <summary>Tokens of a passage unless something else is asked for: a paragraph or so.</summary>
    private const int UsualTokens = 128;

    private readonly ModelPipelines _model;

    private SearchModel(ModelPipelines model, string fingerprint)
    {
        _model = model;
        Fingerprint = fingerprint;
    }

    /// <summary>Equal wherever configuration, weights and tokenizer are: vectors of models with different fingerprints cannot be compared.</summary>
    public string Fingerprint { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _model.Embedder.Dimensions;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <summary>What makes words equal to the tokenizer.</summary>
    internal BertNormalizer Normalizer => _model.Tokenizer.Normalizer;

    /// <summary>Tokens of a passage, and those that neighbours share, unless something else is asked for.</summary>
    public (int Tokens, int Overlap) UsualPassage => (Math.Min(UsualTokens, _model.LongestText), Math.Min(UsualTokens, _model.LongestText) / 4);

    /// <summary>Opens any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together.</exception>
    public static SearchModel Open(string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, string? tokenizerFolder = null)
    {
        var model = ModelPipelines.Open(folder, how, precision, tokenizerFolder);
        return new SearchModel(model, CheckpointFingerprint.Of(folder, model.Tokenizer));
    }

    /// <summary>Cuts texts into passages that the model reads whole.</summary>
    /// <exception cref="ArgumentException">Passages are to be longer than the model reads, or the overlap does not fit them.</exception>
    public PassageCutter Cutter(int tokens, int overlap) => tokens <= _model.LongestText
        ? new PassageCutter(_model.Tokenizer, tokens, overlap)
        : throw new ArgumentException($"passages of {tokens} tokens are asked for, but the model reads at most {_model.LongestText}; ask for that many at most.");

    /// <summary>A vector of length 1 for each text; of one that is longer than the model, for its beginning.</summary>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, CancellationToken cancel = default) =>
        _model.Embedder.Embed(texts, tooLong: TooLong.Truncate, cancel: cancel);

    public void Dispose() => _model.Dispose();
}
