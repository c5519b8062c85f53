using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>A tensor's elements in their order, as bytes for a file.</summary>
internal static class TensorBytes
{
    private const long ElementsAtOnce = 1 << 26;

    public static long Count(Tensor tensor) => tensor.numel() * ElementTypes.WidthOf(tensor.dtype);

    /// <summary>Writes a stretch of the elements of a tensor of any device and layout.</summary>
    public static void Write(Stream stream, Tensor tensor, long from = 0, long? count = null)
    {
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        long end = from + (count ?? flat.shape[0] - from);
        for (long at = from; at < end; at += ElementsAtOnce)
        {
            stream.Write(flat.narrow(0, at, Math.Min(ElementsAtOnce, end - at)).bytes);
        }
    }

    /// <summary>Fills a contiguous tensor from a stream.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before it.</exception>
    public static void Read(Stream stream, Tensor tensor) => InParts(tensor, (_, part) => stream.ReadExactly(part));

    /// <summary>Fills a contiguous tensor from a place in a file.</summary>
    /// <exception cref="EndOfStreamException">The file ends before it.</exception>
    public static void Read(SafeFileHandle file, long start, Tensor tensor) => InParts(tensor, (at, part) =>
    {
        for (int read = 0, more; read < part.Length; read += more)
        {
            more = RandomAccess.Read(file, part[read..], start + at + read);
            if (more == 0)
            {
                throw new EndOfStreamException($"the file ends {part.Length - read} bytes before the tensor");
            }
        }
    });

    private delegate void Part(long at, Span<byte> bytes);

    private static void InParts(Tensor tensor, Part fill)
    {
        using var scope = NewDisposeScope();
        Tensor flat = tensor.view(-1);
        long done = 0;
        for (long at = 0; at < flat.shape[0]; at += ElementsAtOnce)
        {
            Span<byte> part = flat.narrow(0, at, Math.Min(ElementsAtOnce, flat.shape[0] - at)).bytes;
            fill(done, part);
            done += part.Length;
        }
    }
}
