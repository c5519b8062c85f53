namespace BiGS.Training.Data;

/// <summary>Documents as token ids, without special tokens.</summary>
internal interface ITokenizedDocuments
{
    long Count { get; }

    /// <summary>Tokens in all documents before this one: documents lie one behind the other, and [Count] is the total.</summary>
    long TokensBefore(long document);

    /// <summary>Copies tokens of one document, from <paramref name="start"/> on, as many as fit the destination.</summary>
    void Copy(long document, int start, Span<int> destination);
}

/// <summary>Documents that are in memory already.</summary>
internal sealed class DocumentsInMemory : ITokenizedDocuments
{
    private readonly IReadOnlyList<int[]> _documents;
    private readonly long[] _before;

    public DocumentsInMemory(IReadOnlyList<int[]> documents)
    {
        _documents = documents;
        _before = new long[documents.Count + 1];
        for (int i = 0; i < documents.Count; i++)
        {
            _before[i + 1] = _before[i] + documents[i].Length;
        }
    }

    public long Count => _documents.Count;

    public long TokensBefore(long document) => _before[document];

    public void Copy(long document, int start, Span<int> destination) =>
        _documents[(int)document].AsSpan(start, destination.Length).CopyTo(destination);
}
