using System.Security.Cryptography;
using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training;

/// <summary>The text of a run: a tokenizer, documents to learn from, and documents kept aside.</summary>
/// <param name="Tokenizer">Opened, or learned from the corpus.</param>
/// <param name="Train">Documents to learn from, a source each.</param>
/// <param name="HeldOut">Documents that are only scored.</param>
/// <param name="Grammar">The held-out documents with their ground truth, where the text is the built-in grammar.</param>
internal sealed record PretrainingText(
    BertTokenizer Tokenizer, IReadOnlyList<ITokenizedDocuments> Train, IReadOnlyList<ITokenizedDocuments> HeldOut, IReadOnlyList<GrammarDocument>? Grammar)
{
    private const int SampleTokens = 16;

    /// <summary>Opens a run's text; tokenised corpora come out of the cache where they are in it.</summary>
    public static PretrainingText Open(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancellationToken) =>
        options.Corpus.Count == 0
            ? GrammarText.Open(options, tokenizerPath, observer, cancellationToken)
            : CorpusText.Open(options, tokenizerPath, observer, cancellationToken);

    /// <summary>The documents to learn from, one by one, of all sources in turn.</summary>
    public IEnumerable<int[]> Texts()
    {
        foreach ((ITokenizedDocuments source, long d) in InTurn(Train))
        {
            int[] ids = new int[source.TokensBefore(d + 1) - source.TokensBefore(d)];
            source.Copy(d, 0, ids);
            yield return ids;
        }
    }

    /// <summary>Held-out pieces with one word hidden, to look at: the beginnings of documents.</summary>
    /// <param name="maxLength">What the model reads, [CLS] and [SEP] included.</param>
    /// <param name="count">How many, where there are so many.</param>
    public IReadOnlyList<string> Samples(int maxLength, int count = 5)
    {
        int length = Math.Min(SampleTokens, maxLength - 2);
        var samples = new List<string>();
        foreach ((ITokenizedDocuments source, long document) in InTurn(HeldOut))
        {
            if (samples.Count == count)
            {
                break;
            }

            if (source.TokensBefore(document + 1) - source.TokensBefore(document) < length)
            {
                continue;
            }

            int[] ids = new int[length];
            source.Copy(document, 0, ids);
            ids[length / 2] = Tokenizer.Vocabulary.MaskId;
            samples.Add(Tokenizer.Decode(ids, skipSpecialTokens: false));
        }

        return samples;
    }

    internal static BertTokenizer Learn(IEnumerable<string> documents, PretrainingOptions options, PretrainingObserver observer, CancellationToken cancellationToken) =>
        WordPieceTrainer.ForText(options.VocabSize, options.Normalizer).Train(
            documents, observer.Of<WordPieceProgress>(p => new PretrainingPhase($"vocabulary: {p.Phase}", p.Fraction)), cancellationToken);

    private static IEnumerable<(ITokenizedDocuments Source, long Document)> InTurn(IReadOnlyList<ITokenizedDocuments> sources)
    {
        for (long document = 0; sources.Any(source => document < source.Count); document++)
        {
            foreach (ITokenizedDocuments source in sources.Where(source => document < source.Count))
            {
                yield return (source, document);
            }
        }
    }
}

/// <summary>The built-in grammar as a corpus: as much of it as the run reads, made in seconds, with the ground truth of what is kept aside.</summary>
internal static class GrammarText
{
    private const int HeldOutDocuments = 1_000;
    private const int VocabularyDocuments = 20_000;
    private const int MostDocuments = 400_000;

    /// <summary>Tokens of a document, at least, on average.</summary>
    private const int TokensPerDocument = 60;

    public static PretrainingText Open(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancellationToken)
    {
        if (options.Weights.Count > 0)
        {
            throw new ArgumentException("PretrainingOptions.Weights weighs the sources of PretrainingOptions.Corpus, and there is none; name them, or leave the weights out.");
        }

        var grammar = new GrammarCorpus(options.Masking.Seed);
        BertTokenizer tokenizer = tokenizerPath is null
            ? PretrainingText.Learn(grammar.Documents(0, VocabularyDocuments).Select(d => d.Text), options, observer, cancellationToken)
            : BertTokenizer.Open(tokenizerPath);

        long tokens = options.Training.Steps * options.Training.Accumulate * options.BatchSize * options.MaxLength;
        int count = (int)Math.Clamp(tokens / TokensPerDocument, 1_000, MostDocuments);
        int[][] train = new int[count][];
        observer.Report(new PretrainingPhase($"writing {count:N0} documents of the built-in grammar", null));
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken }, d => train[d] = Encode(tokenizer, grammar.Document(d)));
        GrammarDocument[] heldOut = [.. grammar.HeldOut(HeldOutDocuments)];
        return new PretrainingText(
            tokenizer, [new DocumentsInMemory(train)], [new DocumentsInMemory([.. heldOut.Select(d => Encode(tokenizer, d))])], heldOut);
    }

    private static int[] Encode(BertTokenizer tokenizer, GrammarDocument document)
    {
        var ids = new List<int>();
        tokenizer.EncodeIds(document.Text, ids);
        return [.. ids];
    }
}

/// <summary>
/// Text from files as sources of a run. Folders that were prepared are opened as they are, and bring their tokenizer; other text is tokenised
/// into the cache, as one source, or, where sources are weighed or stand beside prepared ones, a source a path.
/// </summary>
internal static class CorpusText
{
    public static PretrainingText Open(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancellationToken)
    {
        if (options.Weights.Count > 0)
        {
            MixtureOrder.Check(options.Corpus.Count, options.Weights);
        }

        CorpusOptions reading = options.Reading;
        string[] prepared = [.. options.Corpus.Concat(options.Validation).Where(PreparedCorpus.IsAt)];
        BertTokenizer tokenizer = (tokenizerPath ?? prepared.FirstOrDefault()) is { } path
            ? BertTokenizer.Open(path)
            : PretrainingText.Learn(BiGS.Training.Corpora.Corpus.ReadDocuments(options.Corpus, reading), options, observer, cancellationToken);

        TokenShards Shards(IReadOnlyList<string> paths)
        {
            if (paths is [string only] && PreparedCorpus.IsAt(only))
            {
                return OfOneTokenizer(only, PreparedCorpus.Open(only), tokenizer, tokenizerPath ?? prepared[0]);
            }

            string key = Key(paths, tokenizer, reading);
            return TokenShards.OpenOrBuild(
                Path.Combine(CacheFolder.Path, "tokens", key), key, BiGS.Training.Corpora.Corpus.ReadDocuments(paths, reading), tokenizer.EncodeIds, tokenizer.VocabularySize,
                observer.Of<TokenizingProgress>(p => new PretrainingPhase($"tokens: {p.Tokens:N0} in {p.Documents:N0} documents", null)), cancellationToken);
        }

        (string Name, ITokenizedDocuments Documents)[] Sources(IReadOnlyList<string> paths) => options.Weights.Count > 0 || paths.Any(PreparedCorpus.IsAt)
            ? [.. paths.Select(path => (path, (ITokenizedDocuments)Shards([path])))]
            : [(string.Join(", ", paths), Shards(paths))];

        (string Name, ITokenizedDocuments Documents)[] train = Sources(options.Corpus);
        if (options.Validation.Count > 0)
        {
            return new PretrainingText(tokenizer, [.. train.Select(source => source.Documents)], [.. Sources(options.Validation).Select(source => source.Documents)], null);
        }

        (ITokenizedDocuments Train, ITokenizedDocuments HeldOut)[] split = [.. train.Select(source => source.Documents.Count < 2
            ? throw new InvalidDataException(
                $"{source.Name}: there is one document, and none to keep aside; give held-out text with PretrainingOptions.Validation, or separate documents by blank lines.")
            : HeldOutSplit.Split(source.Documents))];
        return new PretrainingText(tokenizer, [.. split.Select(source => source.Train)], [.. split.Select(source => source.HeldOut)], null);
    }

    private static TokenShards OfOneTokenizer(string folder, TokenShards shards, BertTokenizer tokenizer, string where)
    {
        if (shards.Manifest.Tokenizer == tokenizer.Fingerprint)
        {
            return shards;
        }

        shards.Dispose();
        throw new InvalidDataException(
            $"{folder}: the corpus was prepared with another tokenizer than {where} holds, so that its ids mean other words; "
            + $"prepare all folders of a run with one tokenizer (PreparationOptions.Tokenizer = {where}).");
    }

    /// <summary>Content of the files, tokenizer and options: whatever the ids depend on.</summary>
    private static string Key(IReadOnlyList<string> paths, BertTokenizer tokenizer, CorpusOptions reading)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{tokenizer.Fingerprint}\n{reading.TextField}\n{reading.Encoding?.WebName}"));
        foreach (string file in BiGS.Training.Corpora.Corpus.ResolveFiles(paths))
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetExtension(file)));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
