using System.Buffers;
using System.Globalization;
using BiGS.Files;
using MessagePack;

namespace BiGS.Weights;

/// <summary>
/// Writes weights as <c>flax.serialization</c> does: maps of maps by the words of a name, arrays as extensions, kernels transposed
/// (<see cref="FlaxDialect"/>), arrays beyond 1 GiB in chunks.
/// </summary>
internal static class FlaxWriter
{
    private const long ChunkBytes = 1 << 30;

    /// <param name="path">The file to make or replace; whole under its name or not there.</param>
    /// <param name="arrays">What it holds, under PyTorch's names; written in this order.</param>
    /// <exception cref="InvalidDataException">Flax has no name for one of them.</exception>
    public static void Write(string path, IReadOnlyList<NamedArray> arrays) => Write(path, arrays, ChunkBytes);

    internal static void Write(string path, IReadOnlyList<NamedArray> arrays, long chunkBytes)
    {
        Branch root = Tree(arrays);
        AtomicFile.Write(path, file => new Output(file, chunkBytes).Write(root));
    }

    private static Branch Tree(IReadOnlyList<NamedArray> arrays)
    {
        var root = new Branch();
        foreach (NamedArray array in arrays)
        {
            (string[] words, bool transposed) = FlaxDialect.ToFlax(array.Name);
            Branch branch = root;
            foreach (string word in words[..^1])
            {
                branch = branch.Grown(word);
            }

            branch.Leaves.Add((words[^1], transposed && array.Shape.Count == 2 ? array.Transposed() : array));
        }

        return root;
    }

    private sealed class Branch
    {
        public List<(string Word, Branch Branch)> Branches { get; } = [];

        public List<(string Word, NamedArray Array)> Leaves { get; } = [];

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

            foreach ((string word, NamedArray array) in branch.Leaves)
            {
                Put((ref MessagePackWriter w) => w.Write(word));
                WriteArray(array);
            }
        }

        private void WriteArray(NamedArray array)
        {
            if (array.Bytes <= chunkBytes)
            {
                WriteExtension(array, array.Shape, 0, array.Count);
                return;
            }

            long elements = Math.Max(1, chunkBytes / ElementTypeNames.WidthOf(array.Type));
            int chunks = (int)((array.Count + elements - 1) / elements);
            Put((ref MessagePackWriter w) =>
            {
                w.WriteMapHeader(3);
                w.Write(FlaxFile.ChunkMark);
                w.Write(true);
                w.Write("shape");
                w.WriteMapHeader(array.Shape.Count);
                for (int d = 0; d < array.Shape.Count; d++)
                {
                    w.Write(d.ToString(CultureInfo.InvariantCulture));
                    w.Write(array.Shape[d]);
                }

                w.Write("chunks");
                w.WriteMapHeader(chunks);
            });
            for (int i = 0; i < chunks; i++)
            {
                string number = i.ToString(CultureInfo.InvariantCulture);
                long count = Math.Min(elements, array.Count - (i * elements));
                Put((ref MessagePackWriter w) => w.Write(number));
                WriteExtension(array, [count], i * elements, count);
            }
        }

        /// <summary>Extension 1 of [shape, type, bytes].</summary>
        private void WriteExtension(NamedArray array, IReadOnlyList<long> shape, long from, long count)
        {
            ElementTypeNames type = ElementTypeNames.Of(array.Type);
            long bytes = count * type.Width;
            ReadOnlyMemory<byte> described = Encoded((ref MessagePackWriter w) =>
            {
                w.WriteArrayHeader(3);
                w.WriteArrayHeader(shape.Count);
                foreach (long n in shape)
                {
                    w.Write(n);
                }

                w.Write(type.Numpy);
                w.WriteBinHeader(checked((int)bytes));
            });
            Put((ref MessagePackWriter w) => w.WriteExtensionFormatHeader(new ExtensionHeader(FlaxFile.ArrayExtension, checked((uint)(described.Length + bytes)))));
            stream.Write(described.Span);
            array.Write(stream, from, count);
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
