using System.Text;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Checkpoints;

/// <summary>The stream form of torch before 1.6, made by hand: five pickles, then the storages.</summary>
public sealed class LegacyPyTorchFileTests : IDisposable
{
    private static readonly byte[] Magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
    private static readonly byte[] Version = [0x80, 2, (byte)'M', 0xe9, 3, (byte)'.'];

    private readonly TemporaryFolder _temporary = new();

    private string Path => System.IO.Path.Combine(_temporary.Path, "pytorch_model.bin");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void TwoTensorsOfOneStorageAreRead()
    {
        using var scope = NewDisposeScope();
        File.WriteAllBytes(Path, Legacy());
        using IWeightsFile file = WeightsLocation.OpenFile(Path);
        Assert.IsType<LegacyPyTorchFile>(file);
        Assert.Equal(["v", "w"], file.Names.Order());
        Assert.Equal([1f, 2f, 3f, 4f], file.Read("w").data<float>().ToArray());
        Assert.Equal([3f, 4f, 5f, 6f], file.Read("v").data<float>().ToArray());
        Assert.Equal([2L, 2L], file.Shape("w"));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        AssertRefused(Legacy()[..^1], "ends within the storage 0");
        AssertRefused(Legacy()[..^25], "ends before the storage 0");
        AssertRefused(Legacy(counted: 7), "7 elements");
        AssertRefused(Legacy(elements: int.MaxValue, counted: int.MaxValue), "ends within");
        AssertRefused(Legacy(key: "1"), "names a storage 1");
        AssertRefused(Legacy(littleEndian: false), "little-endian");
        AssertRefused(Legacy(offset: 3), "does not fit its storage");
        AssertRefused([.. Magic, .. Version], "broken");
        AssertRefused(Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/v1\noid"), "git lfs pull");
        AssertRefused(Encoding.ASCII.GetBytes("<html>not found, and long enough for a start</html>"), "torch.save");
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    public void WhatWouldRunIsRefusedByName(string module, string function)
    {
        File.WriteAllBytes(Path, Legacy(call: $"{module}\n{function}\n"));
        string message = Assert.Throws<InvalidDataException>(() => WeightsLocation.OpenFile(Path)).Message;
        Assert.Contains($"\"{module}.{function}\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyMutationIsReadOrRefused() => Mutants.AreReadOrRefused(Path, Legacy());

    private void AssertRefused(byte[] bytes, string what)
    {
        File.WriteAllBytes(Path, bytes);
        string message = Assert.Throws<InvalidDataException>(() => WeightsLocation.OpenFile(Path)).Message;
        Assert.StartsWith(Path, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    /// <summary>{"w": storage[0..4] as (2, 2), "v": storage[2..6]} over six numbers.</summary>
    private static byte[] Legacy(
        int elements = 6, long counted = 6, string key = "0", int offset = 2, bool littleEndian = true, string call = "torch._utils\n_rebuild_tensor_v2\n")
    {
        byte[] machine = [0x80, 2, (byte)'}', .. Text("little_endian"), (byte)(littleEndian ? 0x88 : 0x89), (byte)'s', (byte)'.'];
        byte[] stateDict =
            [0x80, 2, .. "ccollections\nOrderedDict\n)R("u8, .. Tensor("w", call, elements, 0, [2, 2], [2, 1]), .. Tensor("v", call, elements, offset, [4], [1]), .. "u."u8];
        byte[] keys = [0x80, 2, (byte)']', .. Text(key), (byte)'a', (byte)'.'];
        byte[] storage = [.. ((float[])[1, 2, 3, 4, 5, 6]).SelectMany(BitConverter.GetBytes)];
        return [.. Magic, .. Version, .. machine, .. stateDict, .. keys, .. BitConverter.GetBytes(counted), .. storage];
    }

    private static byte[] Tensor(string name, string call, int elements, int offset, int[] shape, int[] strides) =>
    [
        .. Text(name), .. Encoding.ASCII.GetBytes($"c{call}(("), .. Text("storage"), .. "ctorch\nFloatStorage\n"u8, .. Text("0"), .. Text("cpu"), .. Number(elements),
        .. "NtQ"u8, .. Number(offset), .. Tuple(shape), .. Tuple(strides), 0x89, .. "ccollections\nOrderedDict\n)RtR"u8,
    ];

    private static byte[] Tuple(int[] numbers) => [(byte)'(', .. numbers.SelectMany(Number), (byte)'t'];

    private static byte[] Number(int number) => [(byte)'J', .. BitConverter.GetBytes(number)];

    private static byte[] Text(string text) => [(byte)'X', .. BitConverter.GetBytes(text.Length), .. Encoding.ASCII.GetBytes(text)];
}
