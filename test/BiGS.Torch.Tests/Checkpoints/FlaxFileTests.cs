using System.Text;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>What flax.serialization writes is read, byte by byte as its format says; anything else is refused.</summary>
public sealed class FlaxFileTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string File => Path.Combine(_temporary.Path, "flax_model.msgpack");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    [Trait("Category", "Golden")]
    public void TheAuthorsFileHoldsWhatTheSafetensorsHold()
    {
        using var scope = NewDisposeScope();
        using var safetensors = new SafetensorsFile(GoldenFiles.Path("masked_lm", "model.safetensors"));
        using var flax = new FlaxFile(GoldenFiles.Path("masked_lm", "flax_model.msgpack"));
        // PyTorch holds the tied decoder a second time.
        string[] once = [.. safetensors.Names.Where(name => !name.StartsWith("cls.predictions.decoder.", StringComparison.Ordinal))];
        Assert.Superset(once.ToHashSet(), flax.Names.ToHashSet());
        Assert.All(once, name =>
        {
            Assert.Equal(safetensors.Shape(name), flax.Shape(name));
            Assert.True(safetensors.Read(name).equal(flax.Read(name)).all().item<bool>(), name);
        });
    }

    [Fact]
    public void AKernelIsTurnedAndNamesAreOurs()
    {
        using var scope = NewDisposeScope();
        Write(Map(
            ("s4_bert", Map(
                ("dv", Map(("kernel", Array([2, 3], "float32", Floats(1, 2, 3, 4, 5, 6))), ("bias", Array([1], "float32", Floats(7))))),
                ("fs4", Map(("C", Array([1, 2], "float32", Floats(8, 9))), ("D", Array([1], "float32", Floats(1))))),
                ("LayerNorm", Map(("scale", Array([1], "float32", Floats(2))))),
                ("word_embeddings", Map(("embedding", Array([1, 2], "float32", Floats(3, 4)))))))));
        using var file = new FlaxFile(File);
        Assert.Equal(
            ["bigs.dv.weight", "bigs.dv.bias", "bigs.fs4.kernel.C", "bigs.fs4.D", "bigs.LayerNorm.weight", "bigs.word_embeddings.weight"], file.Names);
        Assert.Equal([3L, 2L], file.Shape("bigs.dv.weight"));
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], file.Read("bigs.dv.weight").data<float>().ToArray());
        Assert.Equal([1L, 2L], file.Read("bigs.word_embeddings.weight").shape);
        Assert.Contains("\"x\"", Assert.Throws<InvalidDataException>(() => file.Read("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HalvesAndChunksAndTypedNumbersAreRead()
    {
        using var scope = NewDisposeScope();
        byte[] chunked = Map(
            ("__msgpack_chunked_array__", [0xc3]),
            ("shape", Map(("0", [2]), ("1", [2]))),
            ("chunks", Map(("1", Array([1], "float32", Floats(4))), ("0", Array([3], "float32", Floats(1, 2, 3))))));
        Write(Map(
            ("long", chunked), ("brain", Array([2], "bfloat16", [0x80, 0x3f, 0x00, 0xc0])), ("half", Array([1], "float16", [0x00, 0x3c])),
            ("typed", Array([], "float32", Floats(5), extension: 3)), ("step", [7]), ("nothing", [0xc0])));
        using var file = new FlaxFile(File);
        Assert.Equal(["long", "brain", "half", "typed"], file.Names);
        Assert.Equal([1f, 2f, 3f, 4f], file.Read("long").data<float>().ToArray());
        Assert.Equal([2L, 2L], file.Shape("long"));
        Assert.Equal((ScalarType.BFloat16, ScalarType.Float16), (file.Read("brain").dtype, file.Read("half").dtype));
        Assert.Equal([1f, -2f], file.Read("brain").to_type(ScalarType.Float32).data<float>().ToArray());
        Assert.Equal(5f, file.Read("typed").item<float>());
    }

    /// <summary>Arrays of types that no weight has, and complex numbers by themselves, are nobody's concern until they are read.</summary>
    [Fact]
    public void AnArrayOfAnotherTypeIsRefusedWhereItIsRead()
    {
        using var scope = NewDisposeScope();
        Write(Map(("a", Array([4], "float8_e4m3fn", new byte[4])), ("b", Array([1], "float32", Floats(7))), ("c", Array([], "complex64", new byte[8], extension: 2))));
        using var file = new FlaxFile(File);
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal(7f, file.Read("b").item<float>());
        string message = Assert.Throws<InvalidDataException>(() => file.Read("a")).Message;
        Assert.All((string[])[File, "\"a\"", "float8_e4m3fn"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsWrittenComesBackAlsoInChunks()
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] tensors =
            [("bigs.a.dv.weight", randn(5, 7)), ("bigs.a.fs4.kernel.A_re", randn(9)), ("bigs.x_embeddings.weight", randn(3, 2)), ("bigs.LayerNorm.weight", randn(0))];
        foreach (long chunk in (long[])[1L << 30, 16, 4])
        {
            FlaxWriter.Write(File, tensors.ToNamedArrays(), chunk);
            using var file = new FlaxFile(File);
            Assert.Equal(tensors.Select(t => t.Item1).Order(), file.Names.Order());
            Assert.All(tensors, t => Assert.True(t.Item2.shape.SequenceEqual(file.Shape(t.Item1)) && t.Item2.equal(file.Read(t.Item1)).all().item<bool>(), t.Item1));
        }
    }

    [Fact]
    public void ANameThatFlaxWouldReadAsAnotherIsRefused()
    {
        using var scope = NewDisposeScope();
        string message = Assert.Throws<InvalidDataException>(() => FlaxWriter.Write(File, Arrays(("s4_bert.dv.bias", ones(2))))).Message;
        Assert.Contains("\"s4_bert.dv.bias\"", message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void WhatIsNoMapOfArraysIsRefused()
    {
        byte[] four = Array([1], "float32", Floats(1));
        AssertRefused([], "does not read");
        AssertRefused([0x93, 1, 2, 3], "neither a map");
        AssertRefused([5], "no map of names");
        AssertRefused(Map(("a", Text("word"))), "neither a map");
        AssertRefused([.. Map(("a", four)), 0], "goes on for 1 bytes");
        AssertRefused(Map(("a", four), ("a", four)), "twice");
        AssertRefused([0x81, 5, .. four], "key that is no text");
        AssertRefused(Map((new string('k', 300), four)), "300 characters");
        AssertRefused(Map(("a", Array([1], "float32", Floats(1), extension: 4))), "extension of type 4");
        AssertRefused(Map(("a", Array([2], "float32", Floats(1)))), "do not fit each other");
        AssertRefused(Map(("a", Array([-1], "float32", Floats(1)))), "negative");
        AssertRefused(Map(("a", Array([long.MaxValue, long.MaxValue], "float32", Floats(1)))), "beyond any file");
        AssertRefused(Map(("a", Array([0, long.MaxValue], "float32", []))), "beyond any file");
        AssertRefused([0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 0], "does not read"); // four billion entries
        AssertRefused([.. Enumerable.Repeat<byte[]>([0x81, 0xa1, 0x61], 100_000).SelectMany(b => b), 0x80], "nests maps");
        AssertRefused([.. Map(("a", four))[..^2]], "does not read");
        AssertRefused(Map(("a", Map(("__msgpack_chunked_array__", [0xc3]), ("shape", Map(("0", [1])))))), "chunks");
        AssertRefused(Map(("a", Map(("__msgpack_chunked_array__", [0xc3]), ("shape", Map(("0", [9]))), ("chunks", Map(("0", four)))))), "make it up");
        AssertRefused(Map(("a", Map(("__msgpack_chunked_array__", [0xc3]), ("shape", Map(("0", [1]))), ("chunks", Map(("7", four)))))), "lack the number 0");
        Assert.Throws<FileNotFoundException>(() => new FlaxFile(File + "x"));
    }

    [Fact]
    public void AnyMutationIsReadOrRefused()
    {
        using var scope = NewDisposeScope();
        FlaxWriter.Write(File, Arrays(("bigs.dv.weight", ones(2, 3)), ("bigs.dv.bias", ones(3)), ("cls.bias", ones(9))), chunkBytes: 16);
        Mutants.AreReadOrRefused(File, System.IO.File.ReadAllBytes(File));
    }

    private static IReadOnlyList<NamedArray> Arrays(params (string Name, Tensor Tensor)[] tensors) => tensors.ToNamedArrays();

    private void AssertRefused(byte[] bytes, string what)
    {
        Write(bytes);
        string message = Assert.Throws<InvalidDataException>(() => new FlaxFile(File)).Message;
        Assert.StartsWith(File, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    private void Write(byte[] bytes) => System.IO.File.WriteAllBytes(File, bytes);

    private static byte[] Map(params (string Key, byte[] Value)[] entries) =>
        [(byte)(0x80 + entries.Length), .. entries.SelectMany(entry => (byte[])[.. Text(entry.Key), .. entry.Value])];

    private static byte[] Text(string text) => [0xda, (byte)(text.Length >> 8), (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Array(long[] shape, string type, byte[] data, byte extension = 1)
    {
        byte[] inner =
        [
            0x93, (byte)(0x90 + shape.Length), .. shape.SelectMany(n => (byte[])[0xd3, .. BitConverter.GetBytes(n).Reverse()]), .. Text(type),
            0xc5, (byte)(data.Length >> 8), (byte)data.Length, .. data,
        ];
        return [0xc8, (byte)(inner.Length >> 8), (byte)inner.Length, extension, .. inner];
    }
}
