namespace BiGS.Batches;

/// <summary>Some documents of a corpus, in order: how text is kept aside.</summary>
public sealed class DocumentSubset : ITokenizedDocuments
{
    private readonly ITokenizedDocuments _all;
    private readonly long[] _chosen;
    private readonly long[] _before;

    /// <param name="all">The corpus.</param>
    /// <param name="chosen">Which documents, ascending.</param>
    public DocumentSubset(ITokenizedDocuments all, long[] chosen)
    {
        _all = all;
        _chosen = chosen;
        _before = new long[chosen.Length + 1];
        for (int i = 0; i < chosen.Length; i++)
        {
            _before[i + 1] = _before[i] + all.TokensBefore(chosen[i] + 1) - all.TokensBefore(chosen[i]);
        }
    }

    public long Count => _chosen.Length;

    public long TokensBefore(long document) => _before[document];

    public void Copy(long document, int start, Span<int> destination) => _all.Copy(_chosen[document], start, destination);
}
