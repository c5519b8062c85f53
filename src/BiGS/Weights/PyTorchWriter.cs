using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using BiGS.Files;

namespace BiGS.Weights;

/// <summary>
/// Writes a state_dict as <c>torch.save</c> has done since 1.6: a zip, not compressed, of <c>data.pkl</c> (names, shapes, and which storage each has) and
/// one file a storage. The same tensors make the same bytes.
/// </summary>
internal static class PyTorchWriter
{
    private const string Folder = "pytorch_model";

    /// <summary>The earliest that a zip can say.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="path">The file to make or replace; whole under its name or not there.</param>
    /// <param name="arrays">What it holds; written in this order.</param>
    public static void Write(string path, IReadOnlyList<NamedArray> arrays)
    {
        byte[] pickle = Pickle(arrays);
        AtomicFile.Write(path, file =>
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
            Add(zip, "data.pkl", entry => entry.Write(pickle));
            Add(zip, "byteorder", entry => entry.Write("little"u8));
            for (int i = 0; i < arrays.Count; i++)
            {
                NamedArray array = arrays[i];
                Add(zip, $"data/{i}", entry => array.Write(entry, 0, array.Count));
            }

            Add(zip, "version", entry => entry.Write("3\n"u8));
        });
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> content)
    {
        ZipArchiveEntry entry = zip.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        using Stream stream = entry.Open();
        content(stream);
    }

    /// <summary>OrderedDict of name → _rebuild_tensor_v2(('storage', type, key, 'cpu', elements), 0, shape, strides, False, OrderedDict()).</summary>
    private static byte[] Pickle(IReadOnlyList<NamedArray> arrays)
    {
        using var pickle = new MemoryStream();
        using var writer = new BinaryWriter(pickle, Encoding.UTF8, leaveOpen: true);
        void Code(ReadOnlySpan<byte> opcodes) => writer.Write(opcodes);
        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Code("X"u8);
            writer.Write(bytes.Length);
            Code(bytes);
        }

        void Number(long number)
        {
            byte[] bytes = new BigInteger(number).ToByteArray();
            Code([0x8a, (byte)bytes.Length]);
            Code(bytes);
        }

        void Tuple(IEnumerable<long> numbers)
        {
            Code("("u8);
            foreach (long number in numbers)
            {
                Number(number);
            }

            Code("t"u8);
        }

        Code([0x80, 2]);
        Code("ccollections\nOrderedDict\n)R("u8);
        for (int i = 0; i < arrays.Count; i++)
        {
            NamedArray array = arrays[i];
            Text(array.Name);
            Code("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
            Text("storage");
            Code(Encoding.ASCII.GetBytes($"ctorch\n{ElementTypeNames.Of(array.Type).Storage}\n"));
            Text(i.ToString(CultureInfo.InvariantCulture));
            Text("cpu");
            Number(array.Count);
            Code("tQ"u8);
            Number(0);
            Tuple(array.Shape);
            Tuple(StridedView.RowMajor(array.Shape));
            Code([0x89]);
            Code("ccollections\nOrderedDict\n)RtR"u8);
        }

        Code("u."u8);
        writer.Flush();
        return pickle.ToArray();
    }
}
