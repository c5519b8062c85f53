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
