using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>Tensors of weights files as tensors of TorchSharp.</summary>
internal static class TensorReading
{
    private const long ElementsAtOnce = 1 << 26;

    /// <summary>A copy of one tensor, on the CPU, in the type that the file has.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or is damaged there.</exception>
    public static Tensor Read(this IWeightsFile file, string name)
    {
        Tensor tensor = empty(file.Shape(name), file.Type(name).ToScalarType(), CPU);
        file.ReadInto(name, tensor);
        return tensor;
    }

    /// <summary>Reads one tensor straight into the memory of another.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor in the file.</param>
    /// <param name="target">On the CPU, contiguous, of the file's shape and type.</param>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or is damaged there.</exception>
    public static void ReadInto(this IWeightsFile file, string name, Tensor target) => file.ReadInto(name, target, ElementsAtOnce);

    /// <summary>The same in pieces of so many elements.</summary>
    internal static void ReadInto(this IWeightsFile file, string name, Tensor target, long elementsAtOnce)
    {
        using var scope = NewDisposeScope();
        Tensor flat = target.view(-1);
        long offset = 0;
        for (long at = 0; at < flat.shape[0]; at += elementsAtOnce)
        {
            Span<byte> piece = flat.narrow(0, at, Math.Min(elementsAtOnce, flat.shape[0] - at)).bytes;
            file.ReadBytes(name, offset, piece);
            offset += piece.Length;
        }
    }
}
