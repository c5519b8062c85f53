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
}
