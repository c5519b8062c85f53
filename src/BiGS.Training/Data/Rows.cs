namespace BiGS.Training.Data;

/// <summary>Rows of ids for a model to read, with their special tokens and without padding.</summary>
internal interface IRowSource
{
    long Count { get; }

    int MaxLength { get; }

    /// <summary>How long a row is, without reading it.</summary>
    int LengthOf(long row);

    /// <summary>Writes one row.</summary>
    /// <param name="row">In [0, Count).</param>
    /// <param name="ids">At least MaxLength long.</param>
    /// <returns>How long the row is.</returns>
    int Fill(long row, Span<int> ids);
}

/// <summary>
/// The paper's rows: [CLS] text [SEP] of one document only. A long document is split into rows that follow each other;
/// what is left at its end, if it is only a few tokens, is dropped.
/// </summary>
internal sealed class DocumentRows : IRowSource
{
    /// <summary>Fewer tokens than this say nothing about each other.</summary>
    private const int ShortestRest = 8;

    /// <summary>Of every so many documents it is remembered how many rows come before them; those between are counted when they are looked for.</summary>
    private const int DocumentsBetween = 64;

    private readonly ITokenizedDocuments _documents;
    private readonly SpecialTokens _special;
    private readonly long[] _rowsBefore;

    /// <exception cref="ArgumentException">No document has a token, or a row has no room for one.</exception>
    public DocumentRows(ITokenizedDocuments documents, SpecialTokens special, int maxLength)
    {
        if (maxLength < 3)
        {
            throw new ArgumentException($"A row of {maxLength} tokens has no room for text between [CLS] and [SEP]; at least 3 are needed.");
        }

        _documents = documents;
        _special = special;
        MaxLength = maxLength;
        _rowsBefore = new long[(documents.Count / DocumentsBetween) + 1];
        for (long d = 0; d < documents.Count; d++)
        {
            if (d % DocumentsBetween == 0)
            {
                _rowsBefore[d / DocumentsBetween] = Count;
            }

            Count += RowsOf(Tokens(d));
        }

        if (Count == 0)
        {
            throw new ArgumentException("The documents hold no token to learn from.");
        }

        _rowsBefore[^1] = documents.Count % DocumentsBetween == 0 ? Count : _rowsBefore[^1];
    }

    public long Count { get; }

    public int MaxLength { get; }

    private int Body => MaxLength - 2;

    public int LengthOf(long row) => Piece(row).Length + 2;

    public int Fill(long row, Span<int> ids)
    {
        (long document, int start, int length) = Piece(row);
        ids[0] = _special.Classification;
        _documents.Copy(document, start, ids.Slice(1, length));
        ids[length + 1] = _special.Separator;
        return length + 2;
    }

    private (long Document, int Start, int Length) Piece(long row)
    {
        long block = LastAtOrBelow.Find(_rowsBefore, row);
        (long document, long before) = (block * DocumentsBetween, _rowsBefore[block]);
        long tokens = Tokens(document);
        for (long rows = RowsOf(tokens); before + rows <= row; rows = RowsOf(tokens))
        {
            before += rows;
            tokens = Tokens(++document);
        }

        long start = (row - before) * Body;
        return (document, (int)start, (int)Math.Min(Body, tokens - start));
    }

    private long Tokens(long document) => _documents.TokensBefore(document + 1) - _documents.TokensBefore(document);

    private long RowsOf(long tokens)
    {
        long rest = tokens % Body;
        return (tokens / Body) + (rest >= ShortestRest || (rest > 0 && tokens < Body) ? 1 : 0);
    }
}

/// <summary>
/// Full rows without padding: all documents one behind the other, each ended by [SEP], cut into pieces that [CLS] begins.
/// What is left at the very end is dropped.
/// </summary>
internal sealed class PackedRows : IRowSource
{
    private readonly ITokenizedDocuments _documents;
    private readonly SpecialTokens _special;

    /// <exception cref="ArgumentException">The documents do not fill one row.</exception>
    public PackedRows(ITokenizedDocuments documents, SpecialTokens special, int maxLength)
    {
        _documents = documents;
        _special = special;
        MaxLength = maxLength;
        if (maxLength < 2 || Count == 0)
        {
            throw new ArgumentException(
                $"The documents hold {documents.TokensBefore(documents.Count)} tokens, which do not fill one packed row of {maxLength}; add text or shorten the rows.");
        }
    }

    public long Count => StartOf(_documents.Count) / (MaxLength - 1);

    public int MaxLength { get; }

    public int LengthOf(long row) => MaxLength;

    public int Fill(long row, Span<int> ids)
    {
        ids[0] = _special.Classification;
        int filled = 1;
        long at = row * (MaxLength - 1);
        for (long document = LastAtOrBelow.Find(_documents.Count + 1, StartOf, at); filled < MaxLength; document++)
        {
            int start = (int)(at - StartOf(document));
            int left = (int)Math.Min(StartOf(document + 1) - 1 - at, MaxLength - filled);
            _documents.Copy(document, start, ids.Slice(filled, left));
            filled += left;
            at += left;
            if (filled < MaxLength)
            {
                ids[filled++] = _special.Separator;
                at++;
            }
        }

        return MaxLength;
    }

    /// <summary>Where a document begins in the one long text: each before it is ended by [SEP].</summary>
    private long StartOf(long document) => _documents.TokensBefore(document) + document;
}

/// <summary>Search among ascending starts.</summary>
internal static class LastAtOrBelow
{
    /// <summary>The last index whose start is at or below a value and that is not empty.</summary>
    public static long Find(long[] starts, long value) => Find(starts.Length, index => starts[index], value);

    /// <summary>The same of starts that are in no list.</summary>
    public static long Find(long count, Func<long, long> start, long value)
    {
        (long low, long high) = (0, count - 1);
        while (low < high)
        {
            long middle = (low + high + 1) / 2;
            if (start(middle) <= value)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
