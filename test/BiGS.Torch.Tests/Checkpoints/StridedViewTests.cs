using BiGS.Weights;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>Views of a storage, against as_strided of torch.</summary>
public sealed class StridedViewTests
{
    private static readonly (ScalarType Type, int Width)[] Types = [(ScalarType.Byte, 1), (ScalarType.Int16, 2), (ScalarType.Int32, 4), (ScalarType.Int64, 8)];

    /// <summary>Shapes with 0 and 1 in them, strides that overlap, repeat (0), skip, and go in any order of dimensions.</summary>
    private static readonly Gen<(long[] Shape, long[] Strides, int Start, int Type, int Piece)> Views =
        Gen.Select(Gen.Long[0, 5].Array[0, 4], Gen.Long[0, 9].Array[4, 4], Gen.Int[0, 7], Gen.Int[0, 3], Gen.Int[1, 40])
            .Select((shape, strides, start, type, piece) => (shape, strides[..shape.Length], start, type, piece));

    [Fact]
    public void Every_view_reads_as_torch_reads_it_in_pieces_of_any_size() => Views.Sample(
        view =>
        {
            using var scope = NewDisposeScope();
            (ScalarType type, int width) = Types[view.Type];
            long elements = view.Start + 1 + view.Shape.Zip(view.Strides, (n, stride) => Math.Max(0, n - 1) * stride).Sum();
            Tensor storage = arange(1, elements + 1).to_type(type);
            byte[] bytes = storage.bytes.ToArray();
            Assert.Equal(Expected(storage, view.Shape, view.Strides, view.Start), Read(new StridedView(view.Shape, view.Strides, view.Start, width), view.Shape, width, view.Piece, bytes));
        },
        iter: 2000,
        threads: 1);

    /// <summary>A storage of several windows: 12 MiB, and views that look at it everywhere.</summary>
    [Theory]
    [InlineData(new long[] { 1024, 3072 }, new long[] { 1, 1024 }, 0)] // transposed
    [InlineData(new long[] { 3, 1024, 1000 }, new long[] { 1024, 1, 3072 }, 5)] // dimensions in another order
    [InlineData(new long[] { 1000, 7 }, new long[] { 3001, 400 }, 11)] // few elements far apart
    [InlineData(new long[] { 2, 1000, 1000 }, new long[] { 0, 3000, 1 }, 0)] // slices of rows, twice
    [InlineData(new long[] { 2, 3_000_000 }, new long[] { 100_000, 1 }, 3)] // rows longer than a window that overlap
    [InlineData(new long[] { 2, 100_000 }, new long[] { 1, 31 }, 0)] // steps that do not divide a window
    public void A_storage_larger_than_a_window_reads_alike(long[] shape, long[] strides, int start)
    {
        using var scope = NewDisposeScope();
        Tensor storage = arange(3 << 20, ScalarType.Int32);
        byte[] expected = Expected(storage, shape, strides, start);
        byte[] bytes = storage.bytes.ToArray();
        var view = new StridedView(shape, strides, start, sizeof(int));
        Assert.True(expected.AsSpan().SequenceEqual(Read(view, shape, sizeof(int), int.MaxValue / sizeof(int), bytes)));
        Assert.True(expected.AsSpan().SequenceEqual(Read(view, shape, sizeof(int), 700_001, bytes)));
    }

    [Fact]
    public void Elements_in_a_row_are_read_straight_into_the_destination()
    {
        byte[] destination = new byte[6];
        new StridedView([4, 1, 3], [3, 77, 1], 5, 2).Read(4, destination, (offset, bytes) =>
        {
            Assert.Equal(14, offset);
            Assert.True(bytes.Overlaps(destination, out int at) && at == 0 && bytes.Length == 6);
        });
    }

    private static byte[] Expected(Tensor storage, long[] shape, long[] strides, long start)
    {
        Tensor view = storage.as_strided(shape, strides, start).contiguous();
        return view.numel() == 0 ? [] : view.bytes.ToArray();
    }

    private static byte[] Read(StridedView view, long[] shape, int width, int elementsAtOnce, byte[] storage)
    {
        byte[] read = new byte[shape.Aggregate(1L, (product, n) => product * n) * width];
        long most = (long)elementsAtOnce * width;
        for (int at = 0; at < read.Length; at += (int)Math.Min(most, read.Length - at))
        {
            Span<byte> piece = read.AsSpan(at, (int)Math.Min(most, read.Length - at));
            view.Read(at, piece, (offset, bytes) => storage.AsSpan((int)offset, bytes.Length).CopyTo(bytes));
        }

        return read;
    }
}
