using System.Buffers;
using System.Runtime.InteropServices;

namespace BiGS.Weights;

/// <summary>
/// A tensor within a flat storage: element (k₀, k₁, …) is the storage's element start + Σ kⱼ · strideⱼ. A transposed matrix, a slice, and a row
/// that stands for many are such views. Reads the elements in their own order, row by row, in memory that does not grow with the storage.
/// </summary>
internal sealed class StridedView
{
    /// <summary>Of the storage, looked at together: small enough for a cache, so that elements far apart in it are found fast.</summary>
    private const int WindowBytes = 1 << 22;

    private readonly long _start;
    private readonly int _width;

    /// <summary>The fewest dimensions that say the same; the innermost comes last.</summary>
    private readonly List<(long Count, long Stride)> _dimensions = [];

    /// <param name="shape">n₀, n₁, …</param>
    /// <param name="strides">In elements, not negative.</param>
    /// <param name="start">The element of the storage that the view begins with.</param>
    /// <param name="width">Bytes per element: 1, 2, 4 or 8.</param>
    public StridedView(IReadOnlyList<long> shape, IReadOnlyList<long> strides, long start, int width)
    {
        (_start, _width) = (start, width);
        foreach ((long count, long stride) in shape.Zip(strides).Where(dimension => dimension.First != 1))
        {
            if (_dimensions is [.., var outer] && outer.Stride == count * stride)
            {
                _dimensions[^1] = (outer.Count * count, stride);
            }
            else
            {
                _dimensions.Add((count, stride));
            }
        }

        if (_dimensions.Count == 0)
        {
            _dimensions.Add((1, 1));
        }
    }

    /// <summary>Fills a destination with bytes of the storage.</summary>
    /// <param name="offset">Of the first byte, within the storage.</param>
    /// <param name="destination">Filled completely.</param>
    public delegate void StorageReader(long offset, Span<byte> destination);

    /// <summary>Strides of elements that lie row by row: the last index steps by 1.</summary>
    public static long[] RowMajor(IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        long step = 1;
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(1, shape[d]);
        }

        return strides;
    }

    /// <summary>Reads elements in the order of the view.</summary>
    /// <param name="offset">The first byte of the view to read, a multiple of the width.</param>
    /// <param name="destination">Filled completely; a whole number of elements that the view has.</param>
    /// <param name="storage">The storage.</param>
    public void Read(long offset, Span<byte> destination, StorageReader storage)
    {
        (long from, long count) = (offset / _width, destination.Length / _width);
        if (count == 0)
        {
            return;
        }

        if (_dimensions is [(_, 1)])
        {
            storage((_start + from) * _width, destination);
            return;
        }

        (long first, long last) = Bounds(from, count);
        byte[] window = ArrayPool<byte>.Shared.Rent((int)Math.Min(WindowBytes, (last - first + 1) * _width));
        try
        {
            for (long at = first, elements; at <= last; at += elements)
            {
                elements = Math.Min(window.Length / _width, last - at + 1);
                Span<byte> loaded = window.AsSpan(0, (int)elements * _width);
                storage(at * _width, loaded);
                switch (_width)
                {
                    case 1:
                        Gather<byte>(from, destination, loaded, at);
                        break;
                    case 2:
                        Gather<ushort>(from, destination, loaded, at);
                        break;
                    case 4:
                        Gather<uint>(from, destination, loaded, at);
                        break;
                    default:
                        Gather<ulong>(from, destination, loaded, at);
                        break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <summary>The stretch of the storage in which some elements of the view lie.</summary>
    private (long First, long Last) Bounds(long from, long count)
    {
        long perRow = _dimensions.Skip(1).Aggregate(1L, (product, dimension) => product * dimension.Count);
        long stride = _dimensions[0].Stride;
        long farthest = _dimensions.Skip(1).Sum(dimension => (dimension.Count - 1) * dimension.Stride);
        return (_start + (from / perRow * stride), _start + ((from + count - 1) / perRow * stride) + farthest);
    }

    /// <summary>Copies those elements that lie in a window of the storage.</summary>
    private void Gather<T>(long from, Span<byte> destination, ReadOnlySpan<byte> window, long windowStart)
        where T : unmanaged
    {
        Span<T> to = MemoryMarshal.Cast<byte, T>(destination);
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(window);
        (long length, long stride) = _dimensions[^1];
        for (int done = 0, run; done < to.Length; done += run)
        {
            (long row, long column) = Math.DivRem(from + done, length);
            run = (int)Math.Min(length - column, to.Length - done);
            long at = RowStart(row) + (column * stride) - windowStart; // may lie before or behind the window
            (int low, int high) = Within(at, stride, run, source.Length);
            if (low >= high)
            {
                continue;
            }

            if (stride == 1)
            {
                source.Slice((int)(at + low), high - low).CopyTo(to[(done + low)..]);
                continue;
            }

            for (int i = low; i < high; i++)
            {
                to[done + i] = source[(int)(at + (i * stride))];
            }
        }
    }

    /// <summary>Which i of 0 … run − 1 have 0 ≤ at + i · stride &lt; length: from low, and below high.</summary>
    private static (int Low, int High) Within(long at, long stride, int run, int length)
    {
        if (stride == 0)
        {
            return (0, at >= 0 && at < length ? run : 0);
        }

        long low = at >= 0 ? 0 : (stride - 1 - at) / stride;
        long high = at >= length ? 0 : (length - at + stride - 1) / stride;
        return ((int)Math.Min(low, run), (int)Math.Min(high, run));
    }

    private long RowStart(long row)
    {
        long start = _start;
        for (int d = _dimensions.Count - 2; d >= 0; d--)
        {
            (row, long index) = Math.DivRem(row, _dimensions[d].Count);
            start += index * _dimensions[d].Stride;
        }

        return start;
    }
}
