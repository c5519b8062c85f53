using System.Buffers;
using System.Globalization;
using BiGS.Files;
using MessagePack;
using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>
/// Writes weights as <c>flax.serialization</c> does: maps of maps by the words of a name, arrays as extensions, kernels turned
/// (<see cref="FlaxDialect"/>), arrays beyond 1 GiB in chunks.
/// </summary>
public static class FlaxWriter
{
    private const long ChunkBytes = 1 << 30;

    /// <param name="path">The file to make or replace; whole under its name or not there.</param>
    /// <param name="tensors">PyTorch's names and tensors, of any device; written in this order.</param>
    /// <exception cref="InvalidDataException">Flax has no name for one of them.</exception>
    /// <exception cref="ArgumentException">A tensor is of a type that weights files do not hold.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors) => Write(path, tensors, ChunkBytes);

    internal static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, long chunkBytes)
    {
        Branch root = Tree(tensors);
        WholeFile.Write(path, file => new Output(file, chunkBytes).Write(root));
    }

    private static Branch Tree(IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        var root = new Branch();
        foreach ((string name, Tensor tensor) in tensors)
        {
            _ = ElementTypes.Of(tensor.dtype);
            (string[] words, bool turned) = FlaxDialect.ToFlax(name);
            Branch branch = root;
            foreach (string word in words[..^1])
            {
                branch = branch.Grown(word);
            }

            branch.Leaves.Add((words[^1], tensor, turned && tensor.dim() == 2));
        }

        return root;
    }

    private sealed class Branch
    {
        public List<(string Word, Branch Branch)> Branches { get; } = [];

        public List<(string Word, Tensor Tensor, bool Turned)> Leaves { get; } = [];

        public Branch Grown(string word)
        {
            Branch? there = Branches.Find(known => known.Word == word).Branch;
            if (there is null)
            {
                there = new Branch();
                Branches.Add((word, there));
            }

            return there;
        }
    }

    private sealed class Output(Stream stream, long chunkBytes)
    {
        private delegate void Encoding(ref MessagePackWriter writer);

        public void Write(Branch branch)
        {
            Put((ref MessagePackWriter w) => w.WriteMapHeader(branch.Branches.Count + branch.Leaves.Count));
            foreach ((string word, Branch below) in branch.Branches)
            {
                Put((ref MessagePackWriter w) => w.Write(word));
                Write(below);
            }

            foreach ((string word, Tensor tensor, bool turned) in branch.Leaves)
            {
                Put((ref MessagePackWriter w) => w.Write(word));
                using var scope = NewDisposeScope();
                WriteArray((turned ? tensor.detach().t() : tensor.detach()).cpu().contiguous());
            }
        }

        private void WriteArray(Tensor tensor)
        {
            if (TensorBytes.Count(tensor) <= chunkBytes)
            {
                WriteExtension(tensor, tensor.shape, 0, tensor.numel());
                return;
            }

            long elements = Math.Max(1, chunkBytes / ElementTypes.WidthOf(tensor.dtype));
            int chunks = (int)((tensor.numel() + elements - 1) / elements);
            Put((ref MessagePackWriter w) =>
            {
                w.WriteMapHeader(3);
                w.Write(FlaxFile.ChunkMark);
                w.Write(true);
                w.Write("shape");
                w.WriteMapHeader(tensor.shape.Length);
                for (int d = 0; d < tensor.shape.Length; d++)
                {
                    w.Write(d.ToString(CultureInfo.InvariantCulture));
                    w.Write(tensor.shape[d]);
                }

                w.Write("chunks");
                w.WriteMapHeader(chunks);
            });
            for (int i = 0; i < chunks; i++)
            {
                string number = i.ToString(CultureInfo.InvariantCulture);
                long count = Math.Min(elements, tensor.numel() - (i * elements));
                Put((ref MessagePackWriter w) => w.Write(number));
                WriteExtension(tensor, [count], i * elements, count);
            }
        }

        /// <summary>Extension 1 of [shape, type, bytes].</summary>
        private void WriteExtension(Tensor tensor, long[] shape, long from, long count)
        {
            ElementTypes type = ElementTypes.Of(tensor.dtype);
            long bytes = count * type.Width;
            ReadOnlyMemory<byte> described = Encoded((ref MessagePackWriter w) =>
            {
                w.WriteArrayHeader(3);
                w.WriteArrayHeader(shape.Length);
                foreach (long n in shape)
                {
                    w.Write(n);
                }

                w.Write(type.Numpy);
                w.WriteBinHeader(checked((int)bytes));
            });
            Put((ref MessagePackWriter w) => w.WriteExtensionFormatHeader(new ExtensionHeader(FlaxFile.ArrayExtension, checked((uint)(described.Length + bytes)))));
            stream.Write(described.Span);
            TensorBytes.Write(stream, tensor, from, count);
        }

        private void Put(Encoding encoding) => stream.Write(Encoded(encoding).Span);

        private static ReadOnlyMemory<byte> Encoded(Encoding encoding)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var writer = new MessagePackWriter(buffer);
            encoding(ref writer);
            writer.Flush();
            return buffer.WrittenMemory;
        }
    }
}
