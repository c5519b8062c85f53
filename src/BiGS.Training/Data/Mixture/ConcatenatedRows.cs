namespace BiGS.Training.Data;

/// <summary>The rows of several sources one behind the other, numbered throughout.</summary>
internal sealed class ConcatenatedRows : IRowSource
{
    private readonly IReadOnlyList<IRowSource> _sources;
    private readonly long[] _firstRows;

    /// <param name="sources">At least one, with rows of one length.</param>
    public ConcatenatedRows(IReadOnlyList<IRowSource> sources)
    {
        _sources = sources;
        _firstRows = new long[sources.Count];
        for (int s = 1; s < sources.Count; s++)
        {
            _firstRows[s] = _firstRows[s - 1] + sources[s - 1].Count;
        }
    }

    public long Count => _firstRows[^1] + _sources[^1].Count;

    public int MaxLength => _sources[0].MaxLength;

    public int LengthOf(long row)
    {
        int source = SourceOf(row);
        return _sources[source].LengthOf(row - _firstRows[source]);
    }

    public int Fill(long row, Span<int> ids)
    {
        int source = SourceOf(row);
        return _sources[source].Fill(row - _firstRows[source], ids);
    }

    private int SourceOf(long row) => (int)LastAtOrBelow.Find(_firstRows, row);
}
