using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Training.Distillation;

/// <summary>
/// The texts of a distillation: from every source its share, drawn evenly from all pieces of its documents. Each piece has a random key; those with
/// the smallest keys are taken, in the keys' order, and sources take turns by their shares. So the texts of a smaller draw are the first of a larger one.
/// </summary>
internal static class DistillationTexts
{
    /// <param name="options">Sources, their weights, how many texts, and what is left out.</param>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <returns>All different, in random order.</returns>
    /// <exception cref="InvalidDataException">The sources hold no text that may be learned from.</exception>
    public static IReadOnlyList<string> Draw(DistillationOptions options, CancellationToken cancellationToken)
    {
        var excluded = new ExcludedTexts(options.Exclude.Count == 0 ? [] : Corpus.ReadDocuments(options.Exclude, options.Reading));
        double total = options.Weights.Count > 0 ? options.Weights.Sum() : options.Corpus.Count;
        var drawn = new List<(double Turn, string Text)>();
        for (int source = 0; source < options.Corpus.Count; source++)
        {
            double share = (options.Weights.Count > 0 ? options.Weights[source] : 1) / total;
            drawn.AddRange(
                Smallest(options, source, (int)Math.Ceiling(share * options.Texts), excluded, cancellationToken).Select((text, i) => ((i + 0.5) / share, text)));
        }

        string[] texts = [.. drawn.OrderBy(text => text.Turn).Select(text => text.Text).Distinct(StringComparer.Ordinal)];
        return texts.Length > 0
            ? texts
            : throw new InvalidDataException($"{string.Join(", ", options.Corpus)}: holds no text that may be learned from; give a corpus, or leave out less with DistillationOptions.Exclude.");
    }

    /// <summary>The pieces of one source that have the smallest keys, smallest first.</summary>
    private static IEnumerable<string> Smallest(
        DistillationOptions options, int source, int count, ExcludedTexts excluded, CancellationToken cancellationToken)
    {
        var random = new CounterRandom((ulong)options.Training.Seed + (ulong)source, RandomStream.DrawnTexts);
        var pieces = new TextPieces((ulong)options.Training.Seed);
        var largestFirst = Comparer<ulong>.Create((a, b) => b.CompareTo(a));
        var taken = new PriorityQueue<string, ulong>(largestFirst);
        foreach ((long number, string document) in Corpus.ReadDocuments([options.Corpus[source]], options.Reading).Select((document, number) => ((long)number, document)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach ((uint piece, string text) in pieces.Of(document, number).Select((text, piece) => ((uint)piece, text)))
            {
                ulong key = random.Bits((ulong)number, piece);
                if (taken.Count == count && taken.TryPeek(out _, out ulong largest) && key >= largest)
                {
                    continue;
                }

                if (!excluded.Contains(text))
                {
                    taken.Enqueue(text, key);
                    if (taken.Count > count)
                    {
                        taken.Dequeue();
                    }
                }
            }
        }

        return taken.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element);
    }
}
