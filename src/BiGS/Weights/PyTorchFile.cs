using System.IO.Compression;

namespace BiGS.Weights;

/// <summary>
/// A <c>pytorch_model.bin</c> as torch writes it since 1.6: a zip of <c>data.pkl</c>, which names the tensors, and one file a storage, not compressed.
/// </summary>
internal sealed class PyTorchFile : IWeightsFile
{
    private const string PickleName = "data.pkl";

    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly long _length;
    private readonly string _folder;
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The storage that was read last. A zip's streams only go forward, and pieces are mostly read in order.</summary>
    private OpenStorage? _storage;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no zip of torch's, is cut, or holds more than a state_dict.</exception>
    public PyTorchFile(string path)
    {
        _path = path;
        FileStream stream = File.Exists(path) ? File.OpenRead(path) : throw new FileNotFoundException($"{path}: there is no such file.");
        _length = stream.Length;
        try
        {
            _zip = new ZipArchive(stream, ZipArchiveMode.Read);
            ZipArchiveEntry pickle = _zip.Entries.FirstOrDefault(entry => entry.Name == PickleName)
                ?? throw new InvalidDataException($"{path}: the zip holds no {PickleName}; expected what torch.save writes.");
            _folder = pickle.FullName[..^PickleName.Length];
            byte[] bytes = new byte[Stored(pickle).Length];
            using (Stream source = pickle.Open())
            {
                source.ReadExactly(bytes);
            }

            foreach ((string name, StoredTensor tensor) in new PickledStateDict(bytes, path).NextStateDict())
            {
                tensor.CheckWithin(path, name, Stored(Entry(name, tensor)).Length);
                _tensors[name] = tensor;
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException)
        {
            stream.Dispose();
            throw broken.Message.StartsWith(path, StringComparison.Ordinal)
                ? broken
                : new InvalidDataException($"{path}: not a file that torch.save wrote since 1.6 ({broken.Message}); save it again with a current torch.", broken);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <inheritdoc/>
    public long[] Shape(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public ElementType Type(string name) => Find(name) is { UnreadType: { } unread } ? throw ElementTypeNames.NotRead(_path, name, unread) : Find(name).Type;

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> destination)
    {
        this.RequireWithin(name, offset, destination.Length);
        StoredTensor stored = Find(name);
        stored.View.Read(offset, destination, (at, bytes) => ReadStorage(name, stored, at, bytes));
    }

    public void Dispose()
    {
        _storage?.Dispose();
        _zip.Dispose();
    }

    private void ReadStorage(string name, StoredTensor stored, long offset, Span<byte> destination)
    {
        try
        {
            if (_storage?.Key != stored.Storage || _storage.Position > offset)
            {
                _storage?.Dispose();
                _storage = new OpenStorage(stored.Storage, Entry(name, stored).Open());
            }

            _storage.Read(offset, destination);
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException)
        {
            // Where the stream stands now is not known.
            _storage?.Dispose();
            _storage = null;
            throw new InvalidDataException($"{_path}: the storage of \"{name}\" is cut or damaged; copy the file again.", broken);
        }
    }

    private StoredTensor Find(string name) =>
        _tensors.TryGetValue(name, out StoredTensor? tensor) ? tensor : throw new InvalidDataException($"{_path}: there is no tensor \"{name}\".");

    private ZipArchiveEntry Entry(string name, StoredTensor tensor) => _zip.GetEntry($"{_folder}data/{tensor.Storage}")
        ?? throw new InvalidDataException($"{_path}: the storage {tensor.Storage} of \"{name}\" is missing.");

    /// <summary>torch does not compress, and what is stored is never longer than its file: no entry can unfold into more.</summary>
    private ZipArchiveEntry Stored(ZipArchiveEntry entry) =>
        entry.Length != entry.CompressedLength
            ? throw new InvalidDataException($"{_path}: \"{entry.FullName}\" is compressed ({entry.CompressedLength} bytes for {entry.Length}), which torch.save does not do.")
        : entry.Length > _length
            ? throw new InvalidDataException($"{_path}: \"{entry.FullName}\" claims {entry.Length} bytes of a file of {_length}; copy the file again.")
        : entry;

    private sealed class OpenStorage(string key, Stream stream) : IDisposable
    {
        private const int SkippedAtOnce = 1 << 16;

        public string Key { get; } = key;

        public long Position { get; private set; }

        /// <summary>Reads from an offset that does not lie before the position.</summary>
        public void Read(long offset, Span<byte> destination)
        {
            if (offset > Position)
            {
                byte[] skipped = new byte[Math.Min(SkippedAtOnce, offset - Position)];
                for (int count; Position < offset; Position += count)
                {
                    count = (int)Math.Min(skipped.Length, offset - Position);
                    stream.ReadExactly(skipped, 0, count);
                }
            }

            stream.ReadExactly(destination);
            Position += destination.Length;
        }

        public void Dispose() => stream.Dispose();
    }
}
