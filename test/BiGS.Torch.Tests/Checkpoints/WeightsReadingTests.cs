using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>Tensors of every format as arrays and as tensors, whole and in pieces.</summary>
public sealed class WeightsReadingTests : IDisposable
{
    private static readonly ScalarType[] RealTypes =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8,
        ScalarType.Byte, ScalarType.Bool,
    ];

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    public static TheoryData<string> Formats => ["model.safetensors", "pytorch_model.bin", "flax_model.msgpack"];

    /// <summary>Numbers with too many digits for single precision, and the odd ones: signed zeros, infinities, NaN, denormal.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Numbers_of_each_type_are_those_that_torch_rounds_to(string format)
    {
        using var scope = NewDisposeScope();
        Tensor numbers = cat(
            [randn(2000, ScalarType.Float64, generator: new Generator(5)) * 40, tensor((double[])[0, -0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-40, 1e-7, 1e300])]);
        (string, Tensor Tensor)[] tensors = [.. RealTypes.Select(type => ($"of.{type}", (is_floating_point(type) ? numbers : numbers[..2000]).to_type(type)))];
        using IWeightsFile file = Written(format, tensors);
        Assert.All(tensors, stored =>
        {
            float[] expected = stored.Tensor.to_type(ScalarType.Float32).data<float>().ToArray();
            float[] read = file.ReadFloats(stored.Item1);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), read.Select(BitConverter.SingleToInt32Bits));
        });
    }

    [Fact]
    public void Complex_numbers_are_not_read_as_floats()
    {
        using var scope = NewDisposeScope();
        using IWeightsFile file = Written("model.safetensors", [("z", zeros(2, ScalarType.ComplexFloat32)), ("none", zeros([0, 3], ScalarType.Float16)), ("one", tensor(3f))]);
        Assert.Equal(ElementType.Complex64, file.Type("z"));
        Assert.Contains("\"z\" holds Complex64", Assert.Throws<InvalidDataException>(() => file.ReadFloats("z")).Message, StringComparison.Ordinal);
        Assert.Empty(file.ReadFloats("none"));
        Assert.Equal([3f], file.ReadFloats("one"));
    }

    /// <summary>Pieces forward, backward, and again: a zip's streams only go forward.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void A_tensor_reads_in_pieces_in_any_order(string format)
    {
        using var scope = NewDisposeScope();
        Tensor kernel = randn(33, 70, generator: new Generator(6));
        using IWeightsFile file = Written(format, [("bigs.dv.weight", kernel), ("bigs.dv.bias", randn(4000, generator: new Generator(7)))], chunkBytes: 1000);
        foreach (string name in file.Names)
        {
            byte[] whole = new byte[file.Shape(name).Aggregate(4L, (product, n) => product * n)];
            file.ReadBytes(name, 0, whole);
            foreach (int at in (int[])[0, 4, 5000, 1024, 5004, 9000 - 4, 0, 2000])
            {
                byte[] piece = new byte[Math.Min(1028, whole.Length - at)];
                file.ReadBytes(name, at, piece);
                Assert.Equal(whole[at..(at + piece.Length)], piece);
            }
        }

        Assert.Equal(kernel.data<float>().ToArray(), file.ReadFloats("bigs.dv.weight"));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_tensor_longer_than_a_piece_is_read_whole(string format)
    {
        using var scope = NewDisposeScope();
        Tensor kernel = randn(33, 70, generator: new Generator(6));
        using IWeightsFile file = Written(format, [("bigs.dv.weight", kernel)], chunkBytes: 2000);
        foreach (long elementsAtOnce in (long[])[1, 7, 1000, 2309, 2310])
        {
            Tensor read = zeros(33, 70);
            file.ReadInto("bigs.dv.weight", read, elementsAtOnce);
            Assert.True(kernel.equal(read).all().item<bool>());
        }
    }

    /// <summary>More bf16 numbers than ReadFloats converts at a time, in the file's order and transposed.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Floats_are_converted_piece_after_piece(string format)
    {
        using var scope = NewDisposeScope();
        Tensor kernel = arange(9_000_000, ScalarType.Int32).view(3000, 3000).remainder(257).to_type(ScalarType.BFloat16);
        using IWeightsFile file = Written(format, [("bigs.dv.weight", kernel)]);
        Assert.True(kernel.to_type(ScalarType.Float32).data<float>().ToArray().AsSpan().SequenceEqual(file.ReadFloats("bigs.dv.weight")));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Bytes_outside_the_tensor_or_within_an_element_are_refused(string format)
    {
        using var scope = NewDisposeScope();
        using IWeightsFile file = Written(format, [("a", ones(3)), ("b", ones(3))]);
        foreach ((long offset, int length) in ((long, int)[])[(-4, 4), (12, 4), (0, 16), (2, 4), (0, 3), (long.MaxValue - 3, 4), (8, 8)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadBytes("a", offset, new byte[length]));
        }

        file.ReadBytes("a", 12, []);
        Assert.Throws<InvalidDataException>(() => file.ReadBytes("c", 0, new byte[4]));
    }

    private IWeightsFile Written(string format, (string Name, Tensor Tensor)[] tensors, long chunkBytes = 1 << 30)
    {
        string path = Path.Combine(_temporary.Path, format);
        IReadOnlyList<NamedArray> arrays = tensors.ToNamedArrays();
        switch (format)
        {
            case "model.safetensors":
                SafetensorsWriter.Write(path, arrays);
                break;
            case "pytorch_model.bin":
                PyTorchWriter.Write(path, arrays);
                break;
            default:
                FlaxWriter.Write(path, arrays, chunkBytes);
                break;
        }

        return WeightsLocation.OpenFile(path);
    }
}
