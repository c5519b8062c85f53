using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>
/// The tokenizer of a prepared folder lies in it. Where it has to be learned, one process learns it from the whole corpus, and the others
/// wait until it is there.
/// </summary>
internal static class PreparationTokenizer
{
    private const string LockName = "vocab.lock";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);

    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, "vocab.txt"));

    public static BertTokenizer Settle(string folder, string parts, PreparationOptions options, IProgress<PreparationProgress>? progress, CancellationToken cancellationToken)
    {
        while (!IsIn(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using IDisposable? held = FileLock.TryTake(Path.Combine(parts, LockName));
            if (held is null)
            {
                progress?.Report(new PreparationProgress("waiting for the vocabulary that another process learns", null, 0, 0));
                cancellationToken.WaitHandle.WaitOne(BetweenLooks);
            }
            else if (!IsIn(folder))
            {
                (options.Tokenizer ?? Learn(options, progress, cancellationToken)).Save(folder);
            }
        }

        return BertTokenizer.Open(folder);
    }

    private static BertTokenizer Learn(PreparationOptions options, IProgress<PreparationProgress>? progress, CancellationToken cancellationToken) =>
        WordPieceTrainer.ForText(options.VocabSize, options.Normalizer).Train(
            Corpus.ReadDocuments(options.Corpus, options.Reading), new Told(progress), cancellationToken);

    private sealed class Told(IProgress<PreparationProgress>? progress) : IProgress<WordPieceProgress>
    {
        public void Report(WordPieceProgress value) => progress?.Report(new PreparationProgress($"vocabulary: {value.Phase}", value.Fraction, 0, 0));
    }
}
