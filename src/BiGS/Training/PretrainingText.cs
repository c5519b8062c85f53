using System.Security.Cryptography;
using BiGS.Batches;
using BiGS.Corpora;
using BiGS.Tokenizers;

namespace BiGS.Training;

/// <summary>The text of a run: a tokenizer, documents to learn from, and documents kept aside.</summary>
/// <param name="Tokenizer">Opened, or learned from the corpus.</param>
/// <param name="Train">Documents to learn from.</param>
/// <param name="HeldOut">Documents that are only scored.</param>
/// <param name="Grammar">The held-out documents with their ground truth, where the text is the built-in grammar.</param>
public sealed record PretrainingText(
    BertTokenizer Tokenizer, ITokenizedDocuments Train, ITokenizedDocuments HeldOut, IReadOnlyList<GrammarDocument>? Grammar)
{
    private const int HeldOutEvery = 100;
    private const int MostHeldOut = 2_000;

    private const int SampleTokens = 16;

    /// <summary>Characters of the alphabet of a learned vocabulary: enough for any European text, and few enough to leave room for words.</summary>
    private const int AlphabetLimit = 300;

    /// <summary>Opens a run's text; tokenised corpora come out of the cache where they are in it.</summary>
    public static PretrainingText Open(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancel) =>
        options.Corpus.Count == 0
            ? BuiltInText.Open(options, tokenizerPath, observer, cancel)
            : OpenCorpus(options, tokenizerPath, observer, cancel);

    /// <summary>The documents to learn from, one by one.</summary>
    public IEnumerable<int[]> Texts()
    {
        for (long d = 0; d < Train.Count; d++)
        {
            int[] ids = new int[Train.TokensBefore(d + 1) - Train.TokensBefore(d)];
            Train.Copy(d, 0, ids);
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
        for (long document = 0; document < HeldOut.Count && samples.Count < count; document++)
        {
            if (HeldOut.TokensBefore(document + 1) - HeldOut.TokensBefore(document) < length)
            {
                continue;
            }

            int[] ids = new int[length];
            HeldOut.Copy(document, 0, ids);
            ids[length / 2] = Tokenizer.Vocabulary.MaskId;
            samples.Add(Tokenizer.Decode(ids, skipSpecialTokens: false));
        }

        return samples;
    }

    internal static BertTokenizer Learn(IEnumerable<string> documents, int size, PretrainingObserver observer, CancellationToken cancel) =>
        new WordPieceTrainer { Size = size, AlphabetLimit = AlphabetLimit }.Train(
            documents, observer.Of<WordPieceProgress>(p => new Phase($"vocabulary: {p.Phase}", p.Fraction)), cancel);

    private static PretrainingText OpenCorpus(PretrainingOptions options, string? tokenizerPath, PretrainingObserver observer, CancellationToken cancel)
    {
        var reading = new CorpusOptions { TextField = options.TextField };
        IEnumerable<string> Documents(IReadOnlyList<string> paths) => Corpora.Corpus.ReadDocuments(paths, reading);
        BertTokenizer tokenizer = tokenizerPath is null
            ? Learn(Documents(options.Corpus), options.VocabSize, observer, cancel)
            : BertTokenizer.Open(tokenizerPath);

        TokenShards Shards(IReadOnlyList<string> paths)
        {
            string key = Key(paths, tokenizer, options.TextField);
            return TokenShards.OpenOrBuild(
                Path.Combine(CacheFolder.Path, "tokens", key), key, Documents(paths), tokenizer.EncodeIds, tokenizer.VocabularySize,
                observer.Of<TokenizingProgress>(p => new Phase($"tokens: {p.Tokens:N0} in {p.Documents:N0} documents", null)), cancel);
        }

        TokenShards train = Shards(options.Corpus);
        if (options.Validation.Count > 0)
        {
            return new PretrainingText(tokenizer, train, Shards(options.Validation), null);
        }

        if (train.Count < 2)
        {
            throw new InvalidDataException(
                $"{string.Join(", ", options.Corpus)}: one document, and none to keep aside; give held-out text with --validation, or separate documents by blank lines.");
        }

        long[] heldOut = HeldOutOf(train.Count);
        var aside = heldOut.ToHashSet();
        long[] rest = [.. Enumerable.Range(0, (int)train.Count).Select(d => (long)d).Where(d => !aside.Contains(d))];
        return new PretrainingText(tokenizer, new DocumentSubset(train, rest), new DocumentSubset(train, heldOut), null);
    }

    /// <summary>1 % of the documents, at most 2,000, evenly spread, at least one.</summary>
    private static long[] HeldOutOf(long documents)
    {
        long count = Math.Clamp(documents / HeldOutEvery, 1, MostHeldOut);
        return [.. Enumerable.Range(0, (int)count).Select(i => (i * documents / count) + (documents / count / 2))];
    }

    /// <summary>Content of the files, tokenizer and options: whatever the ids depend on.</summary>
    private static string Key(IReadOnlyList<string> paths, BertTokenizer tokenizer, string textField)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{tokenizer.Fingerprint}\n{textField}\n"));
        foreach (string file in Corpora.Corpus.ResolveFiles(paths))
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetExtension(file)));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
