using System.Buffers.Binary;

namespace BiGS.Weights;

/// <summary>
/// A <c>pytorch_model.bin</c> as torch wrote it before 1.6: five pickles one behind the other (a magic number, a version, the machine, the state_dict,
/// the keys of its storages), then every storage as its number of elements and its bytes.
/// </summary>
internal sealed class LegacyPyTorchFile : IWeightsFile
{
    private const long ProtocolVersion = 1001;

    /// <summary>The pickle of 0x1950a86a20f9469cfc6c.</summary>
    private static readonly byte[] Magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _starts = new(StringComparer.Ordinal);

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is cut, or holds more than a state_dict.</exception>
    public LegacyPyTorchFile(string path)
    {
        _path = path;
        _file = new MappedFile(path);
        try
        {
            ReadPickles();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether a file's first bytes are this form's.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    /// <inheritdoc/>
    public long[] Shape(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public ElementType Type(string name) => Find(name) is { UnreadType: { } unread } ? throw ElementTypeNames.NotRead(_path, name, unread) : Find(name).Type;

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> destination)
    {
        this.RequireWithin(name, offset, destination.Length);
        StoredTensor stored = Find(name);
        long start = _starts[stored.Storage];
        stored.View.Read(offset, destination, (at, bytes) => _file.Read(start + at, bytes));
    }

    public void Dispose() => _file.Dispose();

    private StoredTensor Find(string name) =>
        _tensors.TryGetValue(name, out StoredTensor? tensor) ? tensor : throw new InvalidDataException($"{_path}: there is no tensor \"{name}\".");

    private void ReadPickles()
    {
        Require(_file.Length > Magic.Length && Begins(_file.Span(0, Magic.Length)), "does not begin with its magic number");
        var pickles = new PickledStateDict(_file.Beginning[Magic.Length..], _path);
        Require(pickles.Next() is ProtocolVersion, $"is not of version {ProtocolVersion}");
        Require(
            pickles.Next() is Dictionary<object, object?> machine && machine.TryGetValue("little_endian", out object? little) && little is true,
            "was not written on a little-endian machine");
        IReadOnlyList<(string Name, StoredTensor Tensor)> tensors = pickles.NextStateDict();
        var keys = pickles.Next() as List<object?> ?? throw Broken("lacks the keys of its storages");
        LocateStorages(keys, pickles.Storages, Magic.Length + pickles.Position);
        foreach ((string name, StoredTensor tensor) in tensors)
        {
            Require(_starts.ContainsKey(tensor.Storage), $"lacks the storage {tensor.Storage} of \"{name}\"");
            tensor.CheckWithin(_path, name, (long)tensor.StorageBytes);
            _tensors[name] = tensor;
        }
    }

    private void LocateStorages(List<object?> keys, IReadOnlyDictionary<string, StoredTensor> storages, long at)
    {
        foreach (object? item in keys)
        {
            Require(item is string named && storages.ContainsKey(named) && !_starts.ContainsKey(named), $"names a storage {item} that no tensor has, or has it twice");
            string key = (string)item!;
            StoredTensor storage = storages[key];
            Require(_file.Length - at >= sizeof(long), $"ends before the storage {key}");
            long elements = BinaryPrimitives.ReadInt64LittleEndian(_file.Span(at, sizeof(long)));
            at += sizeof(long);
            Require(elements == storage.StorageElements, $"has {elements} elements in the storage {key} where its state_dict says {storage.StorageElements}");
            Require(storage.StorageBytes <= (UInt128)(_file.Length - at), $"ends within the storage {key}");
            _starts[key] = at;
            at += (long)storage.StorageBytes;
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Broken(otherwise);
        }
    }

    private InvalidDataException Broken(string what) =>
        new($"{_path}: not a whole file of torch before 1.6: it {what}; copy the file again, or save it with a current torch.");
}
