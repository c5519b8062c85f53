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

    private readonly Embedder _embedder;
    private readonly BertTokenizer _tokenizer;
    private readonly int _longest;

    private SearchModel(Embedder embedder, BertTokenizer tokenizer, int longest, string fingerprint)
    {
        (_embedder, _tokenizer, _longest) = (embedder, tokenizer, longest);
        Fingerprint = fingerprint;
    }

    /// <summary>Equal wherever configuration, weights and tokenizer are: vectors of models with different fingerprints cannot be compared.</summary>
    public string Fingerprint { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => _embedder.Dimensions;

    /// <summary>What the weights lacked or had too much of.</summary>
    public IReadOnlyList<string> Warnings => _embedder.Warnings;

    /// <summary>What makes words equal to the tokenizer.</summary>
    internal BertNormalizer Normalizer => _tokenizer.Normalizer;

    /// <summary>Tokens of a passage, and those that neighbours share, unless something else is asked for.</summary>
    public (int Tokens, int Overlap) UsualPassage => (Math.Min(UsualTokens, _longest), Math.Min(UsualTokens, _longest) / 4);

    /// <summary>Opens any model, pretrained or fine-tuned, and its tokenizer.</summary>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">The files do not fit together.</exception>
    public static SearchModel Open(string folder, OpenOptions? how = null, Precision precision = Precision.Fp32, string? tokenizerFolder = null)
    {
        BiGSConfig config = CheckpointFolder.ReadConfig(folder).Config;
        var tokenizer = BertTokenizer.Open(tokenizerFolder ?? folder);
        int longest = config.PositionEmbeddingType == PositionEmbedding.Absolute ? config.MaxPositionEmbeddings : int.MaxValue;
        return new SearchModel(Embedder.Open(folder, how, precision, tokenizerFolder), tokenizer, longest, CheckpointFingerprint.Of(folder, tokenizer));
    }

    /// <summary>Cuts texts into passages that the model reads whole.</summary>
    /// <exception cref="ArgumentException">Passages are to be longer than the model reads, or the overlap does not fit them.</exception>
    public PassageCutter Cutter(int tokens, int overlap) => tokens <= _longest
        ? new PassageCutter(_tokenizer, tokens, overlap)
        : throw new ArgumentException($"passages of {tokens} tokens are asked for, but the model reads at most {_longest}; ask for that many at most.");

    /// <summary>A vector of length 1 for each text; of one that is longer than the model, for its beginning.</summary>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, CancellationToken cancel = default) =>
        _embedder.Embed(texts, tooLong: TooLong.Truncate, cancel: cancel);

    public void Dispose() => _embedder.Dispose();
}
