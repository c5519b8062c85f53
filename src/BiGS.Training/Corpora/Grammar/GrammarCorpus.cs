namespace BiGS.Training.Corpora;

/// <summary>
/// The built-in corpus: a grammar of English with its ground truth, in any amount. A document is a pure function of (seed, index),
/// so that disjoint ranges of indices are disjoint corpora: train on one, hold out another.
/// </summary>
/// <param name="seed">The same seed gives the same documents on every machine.</param>
internal sealed class GrammarCorpus(ulong seed)
{
    /// <summary>Where held-out text begins: no run reads so far.</summary>
    private const long FirstHeldOut = 1L << 40;

    /// <summary>The document at <paramref name="index"/>, made on the spot; thread-safe.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public GrammarDocument Document(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Narrator(new SplitMix64(seed, (ulong)index)).Tell();
    }

    /// <summary>The documents start … start + count − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Start or count is negative.</exception>
    public IEnumerable<GrammarDocument> Documents(long start, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Between(start, start + count);
    }

    /// <summary>The first of the documents that pretraining keeps aside: what its models have never read, whatever their seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public IEnumerable<GrammarDocument> HeldOut(long count) => Documents(FirstHeldOut, count);

    private IEnumerable<GrammarDocument> Between(long start, long end)
    {
        for (long index = start; index < end; index++)
        {
            yield return Document(index);
        }
    }
}
