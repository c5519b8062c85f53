using System.Security.Cryptography;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training;

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
