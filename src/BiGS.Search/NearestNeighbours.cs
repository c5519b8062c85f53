using System.Numerics;
using System.Runtime.InteropServices;

namespace BiGS.Search;

/// <summary>A row of a table of vectors and its dot product with a query.</summary>
internal readonly record struct Neighbour(long Row, float Score);

/// <summary>The rows nearest a query by dot product, exactly: every row is looked at. At equal scores the earlier row comes first.</summary>
internal sealed class NearestNeighbours
{
    /// <summary>
    /// The bits of a half-precision number, moved to where a single-precision one has sign, exponent and fraction, are that number times 2⁻¹¹²: the
    /// difference of the exponents' biases, 15 − 127. The query makes up for it, once.
    /// </summary>
    private const float BiasDifference = 5.192296858534828e33f; // 2¹¹²
    private const int FractionDifference = 23 - 10;
    private const int SignExponentFraction = unchecked((int)0x8FFFE000);

    private readonly float[] _query;
    private readonly int _top;
    private readonly Predicate<long>? _accepts;
    private readonly PriorityQueue<Neighbour, Neighbour> _best = new(Comparer<Neighbour>.Create((a, b) => -Order(a, b)));

    /// <param name="query">(d), of numbers below 1,000.</param>
    /// <param name="top">How many rows are wanted.</param>
    /// <param name="accepts">Which rows count, by their numbers; null for all.</param>
    public NearestNeighbours(ReadOnlySpan<float> query, int top, Predicate<long>? accepts = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        (_top, _accepts) = (top, accepts);
        _query = new float[query.Length];
        for (int i = 0; i < query.Length; i++)
        {
            _query[i] = query[i] * BiasDifference;
        }
    }

    /// <summary>What was found so far, the nearest first.</summary>
    public IReadOnlyList<Neighbour> Neighbours => [.. _best.UnorderedItems.Select(item => item.Element).Order(Comparer<Neighbour>.Create(Order))];

    /// <summary>Looks at rows.</summary>
    /// <param name="rows">(rows, d), one row after the other.</param>
    /// <param name="first">The number of the first.</param>
    public void Add(ReadOnlySpan<Half> rows, long first = 0)
    {
        for (int row = 0; row * _query.Length < rows.Length; row++)
        {
            if (_accepts?.Invoke(first + row) == false)
            {
                continue;
            }

            var neighbour = new Neighbour(first + row, Dot(rows.Slice(row * _query.Length, _query.Length)));
            if (_best.Count < _top)
            {
                _best.Enqueue(neighbour, neighbour);
            }
            else if (Order(neighbour, _best.Peek()) < 0)
            {
                _best.EnqueueDequeue(neighbour, neighbour);
            }
        }
    }

    /// <summary>Σ qᵢ rᵢ, in the processor's widest registers.</summary>
    private float Dot(ReadOnlySpan<Half> row)
    {
        ReadOnlySpan<Vector<short>> halves = MemoryMarshal.Cast<Half, Vector<short>>(row);
        ReadOnlySpan<Vector<float>> query = MemoryMarshal.Cast<float, Vector<float>>(_query);
        var mask = new Vector<int>(SignExponentFraction);
        Vector<float> evenSums = Vector<float>.Zero;
        Vector<float> oddSums = Vector<float>.Zero;
        for (int i = 0; i < halves.Length; i++)
        {
            Vector.Widen(halves[i], out Vector<int> low, out Vector<int> high);
            evenSums += Vector.AsVectorSingle((low << FractionDifference) & mask) * query[2 * i];
            oddSums += Vector.AsVectorSingle((high << FractionDifference) & mask) * query[(2 * i) + 1];
        }

        float sum = Vector.Sum(evenSums + oddSums);
        for (int i = halves.Length * Vector<short>.Count; i < row.Length; i++)
        {
            sum += (float)row[i] / BiasDifference * _query[i];
        }

        return sum;
    }

    /// <summary>The nearer first.</summary>
    private static int Order(Neighbour a, Neighbour b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row);
}
