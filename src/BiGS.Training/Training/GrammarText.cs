using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training;

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
