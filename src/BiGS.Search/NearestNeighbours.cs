using System.Numerics;
using System.Runtime.InteropServices;

namespace BiGS.Search;

/// <summary>A row of a table of vectors and its dot product with a query.</summary>
internal readonly record struct Neighbour(long Row, float Score);

/// <summary>The rows nearest a query by dot product, exactly: every row is looked at. At equal scores the earlier row comes first.</summary>
internal sealed class NearestNeighbours
{
    private readonly float[] _query;
    private readonly int _top;
    private readonly PriorityQueue<Neighbour, Neighbour> _best = new(Comparer<Neighbour>.Create((a, b) => -Order(a, b)));

    /// <param name="query">(d)</param>
    /// <param name="top">How many rows are wanted.</param>
    public NearestNeighbours(float[] query, int top)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        (_query, _top) = (query, top);
    }

    /// <summary>What was found so far, the nearest first.</summary>
    public IReadOnlyList<Neighbour> Neighbours => [.. _best.UnorderedItems.Select(item => item.Element).Order(Comparer<Neighbour>.Create(Order))];

    /// <summary>Looks at rows.</summary>
    /// <param name="rows">(rows, d), one row after the other.</param>
    /// <param name="first">The number of the first.</param>
    public void Add(ReadOnlySpan<float> rows, long first = 0)
    {
        for (int row = 0; row * _query.Length < rows.Length; row++)
        {
            var neighbour = new Neighbour(first + row, Dot(_query, rows.Slice(row * _query.Length, _query.Length)));
            if (_best.Count < _top)
            {
                _best.Enqueue(neighbour, neighbour);
            }
            else if (neighbour.Score > _best.Peek().Score)
            {
                _best.EnqueueDequeue(neighbour, neighbour);
            }
        }
    }

    /// <summary>Σ aᵢ bᵢ, in the processor's widest registers.</summary>
    internal static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ReadOnlySpan<Vector<float>> wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        ReadOnlySpan<Vector<float>> wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<float> sums = Vector<float>.Zero;
        for (int i = 0; i < wideA.Length; i++)
        {
            sums += wideA[i] * wideB[i];
        }

        float sum = Vector.Sum(sums);
        for (int i = wideA.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>The nearer first.</summary>
    private static int Order(Neighbour a, Neighbour b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row);
}
