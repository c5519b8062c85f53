namespace BiGS.Batches;

/// <summary>Rows of ids for a model to read, with their special tokens and without padding.</summary>
public interface IRowSource
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
public sealed class DocumentRows : IRowSource
{
    /// <summary>Fewer tokens than this say nothing about each other.</summary>
    private const int ShortestRest = 8;

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
        _rowsBefore = new long[documents.Count + 1];
        for (long d = 0; d < documents.Count; d++)
        {
            long tokens = documents.TokensBefore(d + 1) - documents.TokensBefore(d);
            long rest = tokens % Body;
            _rowsBefore[d + 1] = _rowsBefore[d] + (tokens / Body) + (rest >= ShortestRest || (rest > 0 && tokens < Body) ? 1 : 0);
        }

        if (Count == 0)
        {
            throw new ArgumentException("The documents hold no token to learn from.");
        }
    }

    public long Count => _rowsBefore[^1];

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
        long document = LastAtOrBelow.Find(_rowsBefore, row);
        long start = (row - _rowsBefore[document]) * Body;
        long tokens = _documents.TokensBefore(document + 1) - _documents.TokensBefore(document);
        return (document, (int)start, (int)Math.Min(Body, tokens - start));
    }
}

/// <summary>
/// Full rows without padding: all documents one behind the other, each ended by [SEP], cut into pieces that [CLS] begins.
/// What is left at the very end is dropped.
/// </summary>
public sealed class PackedRows : IRowSource
{
    private readonly ITokenizedDocuments _documents;
    private readonly SpecialTokens _special;
    private readonly long[] _startOf;

    /// <exception cref="ArgumentException">The documents do not fill one row.</exception>
    public PackedRows(ITokenizedDocuments documents, SpecialTokens special, int maxLength)
    {
        _documents = documents;
        _special = special;
        MaxLength = maxLength;
        _startOf = new long[documents.Count + 1];
        for (long d = 0; d <= documents.Count; d++)
        {
            _startOf[d] = documents.TokensBefore(d) + d;
        }

        if (maxLength < 2 || Count == 0)
        {
            throw new ArgumentException(
                $"The documents hold {documents.TokensBefore(documents.Count)} tokens, which do not fill one packed row of {maxLength}; add text or shorten the rows.");
        }
    }

    public long Count => _startOf[^1] / (MaxLength - 1);

    public int MaxLength { get; }

    public int LengthOf(long row) => MaxLength;

    public int Fill(long row, Span<int> ids)
    {
        ids[0] = _special.Classification;
        int filled = 1;
        long at = row * (MaxLength - 1);
        for (long document = LastAtOrBelow.Find(_startOf, at); filled < MaxLength; document++)
        {
            int start = (int)(at - _startOf[document]);
            int left = (int)Math.Min(_startOf[document + 1] - 1 - at, MaxLength - filled);
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
}

/// <summary>Search in an ascending list of starts.</summary>
internal static class LastAtOrBelow
{
    /// <summary>The last index whose start is at or below a value and that is not empty.</summary>
    public static long Find(long[] starts, long value)
    {
        (int low, int high) = (0, starts.Length - 1);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (starts[middle] <= value)
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
