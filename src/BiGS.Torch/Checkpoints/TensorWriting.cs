using BiGS.Torch.Ssm;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Torch.Checkpoints;

/// <summary>Weights files of tensors of TorchSharp.</summary>
internal static class TensorWriting
{
    extension(SafetensorsWriter)
    {
        /// <summary>Writes tensors.</summary>
        /// <param name="path">The file to make or replace; whole under its name or not there.</param>
        /// <param name="tensors">Names and tensors, of any device and layout; written in this order.</param>
        /// <param name="metadata">Text for the header.</param>
        /// <exception cref="ArgumentException">A tensor is of a type that weights files do not hold.</exception>
        public static void Write(
            string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
            SafetensorsWriter.Write(path, tensors.ToNamedArrays(), metadata);
    }

    /// <summary>Tensors as what weights files are written from. They must live until it is written.</summary>
    /// <exception cref="ArgumentException">A tensor is of a type that weights files do not hold.</exception>
    public static IReadOnlyList<NamedArray> ToNamedArrays(this IEnumerable<(string Name, Tensor Tensor)> tensors) =>
        [.. tensors.Select(tensor => new TensorArray(tensor.Name, tensor.Tensor))];

    /// <summary>Writes a model's parameters; for <see cref="WeightsFormat.SafetensorsBf16"/> those outside the SSMs are rounded.</summary>
    internal static void Write(this WeightsFormat format, string folder, nn.Module model)
    {
        using var scope = NewDisposeScope();
        IEnumerable<(string Name, Tensor Tensor)> tensors = model.named_parameters().Select(p => (p.name, (Tensor)p.parameter));
        if (format == WeightsFormat.SafetensorsBf16)
        {
            Func<string, bool> isOfSsm = S4D.NamesIn(model);
            tensors = tensors.Select(t => isOfSsm(t.Name) ? t : (t.Name, t.Tensor.to_type(ScalarType.BFloat16)));
        }

        format.Write(folder, tensors.ToNamedArrays());
    }

    /// <summary>A tensor of any device and layout, copied to the CPU when it is written.</summary>
    private sealed class TensorArray(string name, Tensor tensor, bool transposed = false)
        : NamedArray(name, tensor.dtype.ToElementType(), transposed ? [tensor.shape[1], tensor.shape[0]] : tensor.shape)
    {
        private const long ElementsAtOnce = 1 << 26;

        /// <inheritdoc/>
        public override void Write(Stream stream, long from, long count)
        {
            using var scope = NewDisposeScope();
            Tensor detached = tensor.detach();
            Tensor flat = (transposed ? detached.t() : detached).cpu().contiguous().view(-1);
            for (long at = from; at < from + count; at += ElementsAtOnce)
            {
                stream.Write(flat.narrow(0, at, Math.Min(ElementsAtOnce, from + count - at)).bytes);
            }
        }

        /// <inheritdoc/>
        public override NamedArray Transposed() => tensor.dim() == 2
            ? new TensorArray(Name, tensor, !transposed)
            : throw new InvalidOperationException($"\"{Name}\" has {tensor.dim()} dimensions; only a matrix is transposed.");
    }
}
