using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using CsCheck;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    /// <summary>The format's names and widths, as its page gives them.</summary>
    private static readonly (string Name, ScalarType Type, int Width)[] Types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    private static readonly Gen<(int Type, long[] Shape, int Seed)[]> Tensors =
        Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Long[0, 4].Array[0, 3], Gen.Int[0, 1_000_000]).Array[0, 8];

    private readonly TemporaryFolder _temporary = new();

    private string File => Path.Combine(_temporary.Path, "x.safetensors");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void EveryTypeAndShapeComesBackBitForBit() => Tensors.Sample(described =>
    {
        using var scope = NewDisposeScope();
        (string Name, Tensor Tensor)[] written = [.. described.Select((d, i) => ($"tensor {i} “{d.Type}”", Random(d.Type, d.Shape, d.Seed)))];
        SafetensorsWriter.Write(File, written, new Dictionary<string, string> { ["step"] = "12", ["ünï"] = "\"quoted\"" });
        using var file = new SafetensorsFile(File);
        Assert.Equal(written.Select(w => w.Name), file.Names);
        Assert.Equal(("12", "\"quoted\"", "pt"), (file.Metadata["step"], file.Metadata["ünï"], file.Metadata["format"]));
        foreach ((string name, Tensor tensor) in written)
        {
            using Tensor read = file.Read(name);
            Assert.True(file.Contains(name));
            Assert.Equal(tensor.shape, file.Shape(name));
            Assert.Equal(tensor.shape, read.shape);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(BytesOf(tensor), BytesOf(read));
        }
    }, iter: 60, threads: 1);

    /// <summary>The file by the format's own description: length, JSON, data without holes in the order of the header.</summary>
    [Fact]
    public void TheFileIsWhatTheFormatSays() => Tensors.Sample(described =>
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [.. described.Select(d => Random(d.Type, d.Shape, d.Seed))];
        SafetensorsWriter.Write(File, [.. tensors.Select((tensor, i) => ($"t{i}", tensor))]);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        int start = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal((0, (byte)'{'), (start % 8, bytes[8]));
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
        int offset = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            JsonElement entry = header.RootElement.GetProperty($"t{i}");
            byte[] expected = BytesOf(tensors[i]);
            Assert.Equal(Types[described[i].Type].Name, entry.GetProperty("dtype").GetString());
            Assert.Equal(tensors[i].shape, entry.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64()));
            Assert.Equal([offset, offset + expected.Length], entry.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt32()));
            Assert.Equal(expected, bytes[(start + offset)..(start + offset + expected.Length)]);
            offset += expected.Length;
        }

        Assert.Equal(bytes.Length, start + offset);
    }, iter: 40, threads: 1);

    [Fact]
    public void AViewIsWrittenAsItReads()
    {
        using var scope = NewDisposeScope();
        Tensor whole = arange(24, ScalarType.Float32).view(4, 6);
        SafetensorsWriter.Write(File, [("turned", whole.t()), ("part", whole.narrow(1, 2, 3))]);
        using var file = new SafetensorsFile(File);
        Assert.Equal(BytesOf(whole.t().contiguous()), BytesOf(file.Read("turned")));
        Assert.Equal(BytesOf(whole.narrow(1, 2, 3).contiguous()), BytesOf(file.Read("part")));
    }

    [Fact]
    public void WritingReplacesAWholeFileOrNothing()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(File, [("a", ones(3))]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(File, [("complex", zeros(2, ScalarType.ComplexFloat64))]));
        using (var first = new SafetensorsFile(File))
        {
            Assert.Equal(["a"], first.Names);
        }

        SafetensorsWriter.Write(File, [("b", ones(4))]);
        using var second = new SafetensorsFile(File);
        Assert.Equal(["b"], second.Names);
        Assert.Equal([File], Directory.GetFiles(_temporary.Path));
    }

    [Theory]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}""", "not JSON")]
    [InlineData("""[1, 2]""", "not a JSON object")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}""", "-8…0")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}""", "8…0")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [12, 20]}}""", "12…20 of 16")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [9223372036854775800, 9223372036854775807]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}""", "needs 12 bytes and has 8")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [-1, -2], "data_offsets": [0, 8]}}""", "negative dimension")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [1.5], "data_offsets": [0, 8]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F32", "shape": 2, "data_offsets": [0, 8]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2]}}""", "\"a\"")]
    [InlineData("""{"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [8, 24]}}""", "8…24 of 16")]
    [InlineData("""{"a": {"dtype": null, "shape": [2], "data_offsets": [0, 8]}}""", "\"a\"")]
    [InlineData("""{"a": 7}""", "\"a\"")]
    [InlineData("""{"__metadata__": 7}""", "__metadata__")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}""", "\"b\" overlaps")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}}""", "there twice")]
    public void ABrokenHeaderIsRefused(string header, string what) => AssertRefused([.. Framed(header), .. new byte[16]], what);

    /// <summary>A tensor of a type that nobody here reads costs nothing until it is wanted.</summary>
    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("F8_E5M2")]
    [InlineData("U16")]
    [InlineData("U64")]
    [InlineData("F4")]
    [InlineData("Q7_OF_TOMORROW")]
    public void ATensorOfAnotherTypeIsRefusedWhereItIsRead(string type)
    {
        System.IO.File.WriteAllBytes(File, [.. Framed($$$"""{"a": {"dtype": "{{{type}}}", "shape": [4], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}}"""), .. new byte[16]]);
        using var file = new SafetensorsFile(File);
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal([4], file.Shape("a"));
        file.Read("b").Dispose();
        string message = Assert.Throws<InvalidDataException>(() => file.Read("a")).Message;
        Assert.All((string[])[File, "\"a\"", type], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void ACutOrLyingFileIsRefused()
    {
        AssertRefused([], "0 bytes");
        AssertRefused([1, 2, 3], "3 bytes");
        AssertRefused([.. BitConverter.GetBytes(17L), .. new byte[16]], "claims 17 bytes");
        AssertRefused([.. BitConverter.GetBytes(-1L), .. new byte[16]], "claims 18446744073709551615");
        AssertRefused([.. BitConverter.GetBytes(200_000_000L), .. new byte[16]], "claims 200000000");
        AssertRefused([.. Framed("{}")[..^1]], "claims");
        AssertRefused(Encoding.UTF8.GetBytes("PK a zip of another format, long enough"), "claims");
        Assert.Contains(File + "x", Assert.Throws<FileNotFoundException>(() => new SafetensorsFile(File + "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever happens to a file, it opens or says that it is no whole file; it never crashes and never reads beyond itself.</summary>
    [Fact]
    public void AnyDamageIsToldAsSuch()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(File, [("first", ones(3)), ("second", ones(2, 2)), ("none", ones(0))]);
        byte[] whole = System.IO.File.ReadAllBytes(File);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length], Gen.Bool).Sample((at, value, length, cut) =>
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[at] = value;
            System.IO.File.WriteAllBytes(File, cut ? damaged[..length] : damaged);
            try
            {
                using var file = new SafetensorsFile(File);
                foreach (string name in file.Names)
                {
                    file.Read(name).Dispose();
                }
            }
            catch (InvalidDataException told)
            {
                Assert.StartsWith(File, told.Message, StringComparison.Ordinal);
            }
        }, iter: Environment.GetEnvironmentVariable("BIGS_SLOW") == "1" ? 20_000 : 400, threads: 1);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\udc00 half a character")]
    public void ANameThatIsNoTextIsRefused(string name) =>
        AssertRefused([.. Framed($$$"""{"{{{name}}}": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"""), .. new byte[8]], "");

    [Fact]
    public void AMissingTensorIsNamed()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(File, [("a", ones(3))]);
        using var file = new SafetensorsFile(File);
        Assert.False(file.Contains("b"));
        Assert.Contains("\"b\"", Assert.Throws<InvalidDataException>(() => file.Read("b")).Message, StringComparison.Ordinal);
        Assert.Contains("\"b\"", Assert.Throws<InvalidDataException>(() => file.Shape("b")).Message, StringComparison.Ordinal);
    }

    private void AssertRefused(byte[] bytes, string what)
    {
        System.IO.File.WriteAllBytes(File, bytes);
        string message = Assert.Throws<InvalidDataException>(() => new SafetensorsFile(File)).Message;
        Assert.StartsWith(File, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    private static byte[] Framed(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json];
    }

    /// <summary>Random bits, so that odd numbers (NaN, −0) are among them; a bool is 0 or 1.</summary>
    private static Tensor Random(int type, long[] shape, int seed)
    {
        Tensor tensor = zeros(shape, Types[type].Type);
        if (tensor.numel() > 0)
        {
            byte[] bytes = new byte[tensor.numel() * Types[type].Width];
            new Random(seed).NextBytes(bytes);
            (Types[type].Type == ScalarType.Bool ? [.. bytes.Select(b => (byte)(b & 1))] : bytes).CopyTo(tensor.bytes);
        }

        return tensor;
    }

    private static byte[] BytesOf(Tensor tensor) => tensor.numel() == 0 ? [] : tensor.bytes.ToArray();
}
