using System.IO.Compression;
using System.Text;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>What torch.save writes is read; what would run a program, reach outside, or fill the memory is refused in one line.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Path => System.IO.Path.Combine(_temporary.Path, "pytorch_model.bin");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    [Trait("Category", "Golden")]
    public void TheAuthorsFileHoldsWhatTheSafetensorsHold()
    {
        using var scope = NewDisposeScope();
        using var safetensors = new SafetensorsFile(GoldenFiles.Path("masked_lm", "model.safetensors"));
        using var pyTorch = new PyTorchFile(GoldenFiles.Path("masked_lm", "pytorch_model.bin"));
        Assert.Superset(safetensors.Names.ToHashSet(), pyTorch.Names.ToHashSet());
        Assert.All(safetensors.Names, name =>
        {
            Assert.Equal(safetensors.Shape(name), pyTorch.Shape(name));
            Assert.True(safetensors.Read(name).equal(pyTorch.Read(name)).all().item<bool>(), name);
        });
    }

    [Fact]
    public void AViewOfAStorageIsCutOut()
    {
        using var scope = NewDisposeScope();
        Write(Pickle("torch._utils", "_rebuild_tensor_v2", elements: 6, offset: 1, shape: [2, 2], strides: [1, 2]), [1, 2, 3, 4, 5, 6]);
        using var file = new PyTorchFile(Path);
        Assert.Equal(["w"], file.Names);
        Assert.Equal([2f, 4f, 3f, 5f], file.Read("w").data<float>().ToArray());
    }

    [Theory]
    [InlineData("os", "system", "os.system")]
    [InlineData("builtins", "eval", "builtins.eval")]
    [InlineData("torch", "load", "torch.load")]
    public void WhatWouldRunIsRefusedByName(string module, string name, string expected)
    {
        Write(Pickle(module, name, elements: 2, offset: 0, shape: [2], strides: [1]), [1, 2]);
        string error = Assert.Throws<InvalidDataException>(() => new PyTorchFile(Path)).Message;
        Assert.StartsWith(Path, error, StringComparison.Ordinal);
        Assert.Contains($"\"{expected}\"", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, 3, 4, 1)] // past the end
    [InlineData(6, 0, int.MaxValue, 1)]
    [InlineData(6, 0, int.MaxValue, 0)] // a shape that costs gigabytes, of one number
    [InlineData(6, -1, 2, 1)]
    [InlineData(7, 0, 2, 1)] // more than the file has
    public void ATensorThatDoesNotFitItsStorageIsRefused(int elements, int offset, int length, int stride)
    {
        Write(Pickle("torch._utils", "_rebuild_tensor_v2", elements, offset, [length], [stride]), [1, 2, 3, 4, 5, 6]);
        Assert.Contains("\"w\"", Assert.Throws<InvalidDataException>(() => new PyTorchFile(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACompressedStorageIsRefused()
    {
        Write(Pickle("torch._utils", "_rebuild_tensor_v2", 60_000, 0, [2], [1]), new float[60_000], CompressionLevel.Optimal);
        Assert.Contains("compressed", Assert.Throws<InvalidDataException>(() => new PyTorchFile(Path)).Message, StringComparison.Ordinal);
    }

    /// <summary>Types without a storage class of their own, as torch.save spells them: bytes, and the type's name. Nobody needs them until they are read.</summary>
    [Theory]
    [InlineData("float8_e4m3fn")]
    [InlineData("uint16")]
    public void ATensorOfAnotherTypeIsRefusedWhereItIsRead(string type)
    {
        Write(Pickle("torch._utils", "_rebuild_tensor_v3", 8, 0, [8], [1], "torch.storage\nUntypedStorage", type), [1, 2]);
        using var file = new PyTorchFile(Path);
        Assert.Equal(["w"], file.Names);
        Assert.Equal([8], file.Shape("w"));
        string message = Assert.Throws<InvalidDataException>(() => file.Read("w")).Message;
        Assert.All((string[])[Path, "\"w\"", $"torch.{type}"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    /// <summary>Any damage is one clear error or goes unnoticed (a weight that changed); memory stays in proportion to the file.</summary>
    [Fact]
    public void AnyMutationIsReadOrRefused()
    {
        Write(Pickle("torch._utils", "_rebuild_tensor_v2", 6, 1, [2, 2], [1, 2]), [1, 2, 3, 4, 5, 6]);
        Mutants.AreReadOrRefused(Path, File.ReadAllBytes(Path));
    }

    /// <summary>{"w": function(storage, offset, shape, strides, False, {})}, as torch.save spells it.</summary>
    private static byte[] Pickle(string module, string function, int elements, int offset, int[] shape, int[] strides, string storage = "torch\nFloatStorage", string? type = null)
    {
        var pickle = new List<byte> { 0x80, 2, (byte)'}', (byte)'(' };
        void Text(string text)
        {
            pickle.Add((byte)'X');
            pickle.AddRange(BitConverter.GetBytes(text.Length));
            pickle.AddRange(Encoding.ASCII.GetBytes(text));
        }

        void Number(int number)
        {
            pickle.Add((byte)'J');
            pickle.AddRange(BitConverter.GetBytes(number));
        }

        void Tuple(int[] numbers)
        {
            pickle.Add((byte)'(');
            Array.ForEach(numbers, Number);
            pickle.Add((byte)'t');
        }

        Text("w");
        pickle.AddRange(Encoding.ASCII.GetBytes($"c{module}\n{function}\n(("));
        Text("storage");
        pickle.AddRange(Encoding.ASCII.GetBytes($"c{storage}\n"));
        Text("0");
        Text("cpu");
        Number(elements);
        pickle.AddRange("tQ"u8);
        Number(offset);
        Tuple(shape);
        Tuple(strides);
        pickle.AddRange([0x89, (byte)'}']);
        pickle.AddRange(Encoding.ASCII.GetBytes(type is null ? "" : $"ctorch\n{type}\n"));
        pickle.AddRange([(byte)'t', (byte)'R', (byte)'u', (byte)'.']);
        return [.. pickle];
    }

    private void Write(byte[] pickle, float[] storage, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using ZipArchive zip = new(File.Create(Path), ZipArchiveMode.Create);
        void Add(string name, ReadOnlySpan<byte> bytes, CompressionLevel level)
        {
            using Stream entry = zip.CreateEntry(name, level).Open();
            entry.Write(bytes);
        }

        Add("archive/data.pkl", pickle, CompressionLevel.NoCompression);
        Add("archive/data/0", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(storage), compression);
    }
}
