using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Tokenizers;
using BiGS.Weights;

namespace BiGS.Search;

/// <summary>A model as search uses it: it cuts texts into passages, turns them into vectors, and is known by a fingerprint.</summary>
public sealed class SearchModel : IDisposable
{
    /// <summary>Tokens of a passage unless something else is asked for: a paragraph or so.</summary>
    private const int UsualTokens = 128;

    private readonly ModelPipelines _model;

    private readonly string? _promptName;
    private readonly int _longest;

    private SearchModel(ModelPipelines model, string fingerprint, string? promptName)
    {
        _model = model;
        _promptName = promptName;
        _longest = model.MaxTokens - model.Tokenizer.Encode(model.Embedder.AddPrompt("", promptName), addSpecialTokens: false).Ids.Count;
        Fingerprint = fingerprint;
    }

    /// <summary>Equal wherever configuration, weights and tokenizer are: vectors of models with different fingerprints cannot be compared.</summary>
    public string Fingerprint { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _model.Embedder.Dimensions;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _model.Warnings;

    /// <inheritdoc cref="Embedder.TextWarnings"/>
    public IReadOnlyList<string> TextWarnings => _model.Embedder.TextWarnings;

    /// <summary>What makes words equal to the tokenizer.</summary>
    internal BertNormalizer Normalizer => _model.Tokenizer.Normalizer;

    /// <summary>Tokens of a passage, and those that neighbours share, unless something else is asked for.</summary>
    public (int Tokens, int Overlap) DefaultPassage => (Math.Min(UsualTokens, _longest), Math.Min(UsualTokens, _longest) / 4);

    /// <summary>Opens any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="options">What computes, and where the tokenizer is.</param>
    /// <param name="promptName">Which of the model's prompts stands before every text; null for its default one, if it has one.</param>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together.</exception>
    /// <exception cref="ArgumentException">There is no such prompt.</exception>
    public static SearchModel Open(string folder, OpenOptions? options = null, string? promptName = null)
    {
        var model = ModelPipelines.Open(folder, options);
        return new SearchModel(model, CheckpointFingerprint.Compute(folder, model.Tokenizer), promptName);
    }

    /// <summary>Cuts texts into passages that the model reads whole.</summary>
    /// <exception cref="ArgumentException">Passages are to be longer than the model reads, or the overlap does not fit them.</exception>
    public PassageSplitter CreateSplitter(int tokens, int overlap) => tokens <= _longest
        ? new PassageSplitter(_model.Tokenizer, tokens, overlap)
        : throw new ArgumentException($"passages of {tokens} tokens are asked for, but the model reads at most {_longest}; ask for that many at most.");

    /// <summary>A vector of length 1 for each text; of one that is longer than the model, for its beginning.</summary>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
        _model.Embedder.Embed(texts, tooLong: LongTextBehavior.Truncate, cancellationToken: cancellationToken, promptName: _promptName);

    public void Dispose() => _model.Dispose();
}
