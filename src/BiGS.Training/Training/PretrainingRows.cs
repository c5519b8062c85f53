using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training;

/// <summary>What a run reads: masked rows to learn from, masked rows to be scored on, and the tokenizer that both were made with.</summary>
/// <param name="Tokenizer">Goes into every checkpoint.</param>
/// <param name="Train">New masks in every epoch, unless they came with the rows.</param>
/// <param name="Order">In which order, and of which source, rows are learned from.</param>
/// <param name="HeldOut">Always the same masks.</param>
/// <param name="Texts">The unmasked training text, for counting.</param>
/// <param name="Grammar">The held-out documents with their ground truth, where the text is the built-in grammar.</param>
/// <param name="Samples">Held-out pieces with one word hidden, to look at.</param>
internal sealed record PretrainingRows(
    BertTokenizer Tokenizer,
    IMaskedRows Train,
    IRowOrder Order,
    IMaskedRows HeldOut,
    IEnumerable<int[]> Texts,
    IReadOnlyList<GrammarDocument>? Grammar,
    IReadOnlyList<string> Samples)
{
    /// <summary>Held-out text is masked as in the paper and by a seed of its own, the same in every run.</summary>
    private static readonly MlmMaskingOptions HeldOutMasking = new() { Seed = 1 };

    /// <summary>How much of the training text the vocabulary knows, judged by its beginning.</summary>
    public VocabularyCoverage Coverage()
    {
        var coverage = new VocabularyCoverage(Tokenizer);
        foreach (int[] ids in Texts.TakeWhile(_ => !coverage.HasEnough))
        {
            coverage.Add(ids);
        }

        return coverage;
    }

    /// <summary>Opens the text of a run, in whatever form it is.</summary>
    public static PretrainingRows Open(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancellationToken) =>
        options.Corpus is [string path] && MaskedShards.AreAt(path)
            ? OfShards(path, options, tokenizerPath)
            : OfText(PretrainingText.Open(options, tokenizerPath, observer, cancellationToken), options);

    private static PretrainingRows OfText(PretrainingText text, PretrainingOptions options)
    {
        WordPieceVocabulary words = text.Tokenizer.Vocabulary;
        var special = SpecialTokens.FromVocabulary(words);
        bool Continues(int id) => words.Tokens[id].StartsWith("##", StringComparison.Ordinal);
        IRowSource RowsOf(ITokenizedDocuments documents) =>
            options.Packed ? new PackedRows(documents, special, options.MaxLength) : new DocumentRows(documents, special, options.MaxLength);
        DynamicMasks Masked(IReadOnlyList<IRowSource> sources, MlmMaskingOptions masking) =>
            new(new ConcatenatedRows(sources), new MlmMasker(masking, special, words.Count, Continues));
        IRowSource[] train = [.. text.Train.Select(RowsOf)];
        IRowOrder order = options.Weights.Count > 0
            ? new MixtureOrder([.. train.Select(source => source.Count)], options.Weights, options.Masking.Seed)
            : new ShuffledOrder(train.Sum(source => source.Count), options.Masking.Seed);
        return new PretrainingRows(
            text.Tokenizer, Masked(train, options.Masking), order, Masked([.. text.HeldOut.Select(RowsOf)], HeldOutMasking), text.Texts(), text.Grammar,
            text.Samples(options.MaxLength));
    }

    /// <summary>The authors' HDF5 shards, masked beforehand: the train split to learn from, the test split to be scored on.</summary>
    private static PretrainingRows OfShards(string path, PretrainingOptions options, string? tokenizerPath)
    {
        if (options.Weights.Count > 0)
        {
            throw new ArgumentException($"{path}: the authors' shards are one source, so PretrainingOptions.Weights has nothing to weigh; leave it out.");
        }

        BertTokenizer tokenizer = BertTokenizer.Open(tokenizerPath ?? throw new ArgumentException(
            $"{path}: the shards hold ids of the tokenizer that they were made with; name it with PretrainingOptions.Tokenizer."));
        var train = new StaticMasks(MaskedShards.Open(path, Directory.Exists(path) ? ShardSplit.Train : null));
        string heldOutPath = options.Validation is [string validation] ? validation
            : Directory.Exists(path) ? path
            : throw new ArgumentException($"{path}: there is one shard, and none to score on; name another with PretrainingOptions.Validation, or a folder with train and test shards.");
        var heldOut = new StaticMasks(MaskedShards.Open(heldOutPath, Directory.Exists(heldOutPath) ? ShardSplit.Test : null));
        return new PretrainingRows(tokenizer, train, new ShuffledOrder(train.Count, options.Masking.Seed), heldOut, Unmasked(train), null, []);
    }

    private static IEnumerable<int[]> Unmasked(IMaskedRows rows)
    {
        for (long r = 0; r < rows.Count; r++)
        {
            yield return rows.At(r, epoch: 0).Text();
        }
    }
}
