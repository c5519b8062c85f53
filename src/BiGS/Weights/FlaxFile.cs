using MessagePack;

namespace BiGS.Weights;

/// <summary>
/// A <c>flax_model.msgpack</c>: maps of maps down to arrays, each an extension of type 1 that holds (shape, element type, bytes); an array of more than
/// 1 GiB is a map of chunks. Names and layout are told as PyTorch has them (<see cref="FlaxDialect"/>). The file is memory-mapped.
/// </summary>
internal sealed class FlaxFile : IWeightsFile
{
    /// <summary>The key of a map that stands for a long array in pieces.</summary>
    public const string ChunkMark = "__msgpack_chunked_array__";

    /// <summary>An array, and a number that numpy has typed: both are written the same way.</summary>
    public const sbyte ArrayExtension = 1;
    private const sbyte ComplexExtension = 2;
    private const sbyte ScalarExtension = 3;

    private const int DeepestMap = 24;
    private const int LongestKey = 256;
    private const int MostTensors = 100_000;

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private int _nodes;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is cut, or holds something else than named arrays.</exception>
    public FlaxFile(string path)
    {
        _path = path;
        _file = new MappedFile(path);
        try
        {
            var reader = new MessagePackReader(_file.Bytes);
            object? root = Node(ref reader, depth: 0);
            Require(reader.End, $"goes on for {_file.Length - reader.Consumed} bytes behind its end");
            Collect(root as Dictionary<string, object?> ?? throw Broken("holds no map of names"), []);
        }
        catch (Exception broken) when (broken is MessagePackSerializationException or EndOfStreamException or OverflowException or FormatException)
        {
            Dispose();
            throw Broken($"does not read ({broken.Message})", broken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <inheritdoc/>
    public long[] Shape(string name) => Find(name) is { Transposed: true } kernel ? [kernel.Array.Shape[1], kernel.Array.Shape[0]] : Find(name).Array.Shape;

    /// <inheritdoc/>
    public ElementType Type(string name) => TypeOf(name).Type;

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> destination)
    {
        this.RequireWithin(name, offset, destination.Length);
        (StoredArray array, bool transposed) = Find(name);
        if (!transposed)
        {
            ReadStored(array, offset, destination);
            return;
        }

        // (in, out) row by row is (out, in) with steps of 1 from row to row.
        var view = new StridedView([array.Shape[1], array.Shape[0]], [1, array.Shape[1]], 0, TypeOf(name).Width);
        view.Read(offset, destination, (at, bytes) => ReadStored(array, at, bytes));
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Bytes of an array in the order of the file, from one piece or several.</summary>
    private void ReadStored(StoredArray array, long offset, Span<byte> destination)
    {
        foreach ((long start, long bytes) in array.Pieces)
        {
            int count = (int)Math.Min(destination.Length, Math.Max(0, bytes - offset));
            _file.Read(start + offset, destination[..count]);
            destination = destination[count..];
            offset = Math.Max(0, offset - bytes);
        }
    }

    private ElementTypeNames TypeOf(string name) => Find(name).Array is { Type: { } type } ? type : throw ElementTypeNames.NotRead(_path, name, Find(name).Array.TypeName);

    private Entry Find(string name) =>
        _entries.TryGetValue(name, out Entry? entry) ? entry : throw new InvalidDataException($"{_path}: there is no tensor \"{name}\".");

    /// <summary>A map, an array, or a whole number; anything else that a training state may hold says nothing here, and is null.</summary>
    private object? Node(ref MessagePackReader reader, int depth)
    {
        Require(depth <= DeepestMap, $"nests maps deeper than {DeepestMap}");
        Require(++_nodes <= MostTensors, $"holds more than {MostTensors} values");
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Map:
                return Map(ref reader, depth);
            case MessagePackType.Extension:
                return Array(ref reader);
            case MessagePackType.Integer:
                return reader.ReadInt64();
            case MessagePackType.Boolean or MessagePackType.Nil or MessagePackType.Float:
                reader.Skip();
                return null;
            case var other:
                throw Broken($"holds a value of the kind {other} at byte {reader.Consumed}, which is neither a map nor an array of numbers");
        }
    }

    private object Map(ref MessagePackReader reader, int depth)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            Require(reader.NextMessagePackType == MessagePackType.String, $"has a key that is no text at byte {reader.Consumed}");
            string key = reader.ReadString()!;
            Require(key.Length is > 0 and <= LongestKey, $"has a key of {key.Length} characters");
            Require(map.TryAdd(key, Node(ref reader, depth + 1)), $"has the key \"{key}\" twice in a map");
        }

        return map.ContainsKey(ChunkMark) ? Joined(map) : map;
    }

    /// <summary>An array; null for a complex number by itself, which is no weight.</summary>
    private StoredArray? Array(ref MessagePackReader reader)
    {
        ExtensionHeader header = reader.ReadExtensionFormatHeader();
        if (header.TypeCode == ComplexExtension)
        {
            reader.ReadRaw(header.Length);
            return null;
        }

        Require(
            header.TypeCode is ArrayExtension or ScalarExtension,
            $"holds an extension of type {header.TypeCode} at byte {reader.Consumed}, which no weight of these models is");
        long end = reader.Consumed + header.Length;
        Require(reader.ReadArrayHeader() == 3, $"holds an array at byte {reader.Consumed} that is not (shape, type, bytes)");
        int dimensions = reader.ReadArrayHeader();
        var shape = new List<long>();
        for (int d = 0; d < dimensions; d++)
        {
            shape.Add(reader.ReadInt64());
        }

        string typeName = reader.ReadString() ?? "nil";
        ElementTypeNames? type = ElementTypeNames.OfNumpy(typeName);
        long bytes = reader.ReadBytes()?.Length ?? -1;
        Require(
            reader.Consumed == end && bytes >= 0 && (type is null || bytes == TensorSize.Bytes(shape, type.Width)),
            $"holds an array of shape ({string.Join(", ", shape)}) and {bytes} bytes at byte {end - header.Length}, which do not fit each other");
        return new StoredArray(type, typeName, [.. shape], [(end - bytes, bytes)]);
    }

    /// <summary>{mark: true, shape: {"0": n, …}, chunks: {"0": array, …}}: one array, its flat elements in pieces.</summary>
    private StoredArray Joined(Dictionary<string, object?> map)
    {
        long[] shape = Numbered<long>(map, "shape");
        StoredArray[] chunks = Numbered<StoredArray>(map, "chunks");
        Require(chunks.Length > 0, "holds an array of no chunks");
        ElementTypeNames? type = chunks[0].Type;
        Require(
            chunks.All(chunk => chunk.TypeName == chunks[0].TypeName)
                && (type is null || chunks.Sum(chunk => chunk.Pieces.Sum(piece => piece.Bytes)) == TensorSize.Bytes(shape, type.Width)),
            $"holds an array of shape ({string.Join(", ", shape)}) whose {chunks.Length} chunks do not make it up");
        return new StoredArray(type, chunks[0].TypeName, shape, [.. chunks.SelectMany(chunk => chunk.Pieces)]);
    }

    private T[] Numbered<T>(Dictionary<string, object?> map, string name)
    {
        var items = map.GetValueOrDefault(name) as Dictionary<string, object?> ?? throw Broken($"holds a chunked array without its {name}");
        return [.. Enumerable.Range(0, items.Count).Select(i => items.GetValueOrDefault($"{i}") is T item
            ? item
            : throw Broken($"holds a chunked array whose {name} lack the number {i}"))];
    }

    private void Collect(Dictionary<string, object?> map, List<string> path)
    {
        foreach ((string key, object? value) in map)
        {
            path.Add(key);
            if (value is Dictionary<string, object?> below)
            {
                Collect(below, path);
            }
            else if (value is StoredArray array)
            {
                (string name, bool kernel) = FlaxDialect.FromFlax(path);
                Require(_entries.TryAdd(name, new Entry(array, kernel && array.Shape.Length == 2)), $"holds \"{name}\" twice");
            }

            path.RemoveAt(path.Count - 1);
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Broken(otherwise);
        }
    }

    private InvalidDataException Broken(string what, Exception? cause = null) =>
        new($"{_path}: not a whole Flax file: it {what}; copy the file again, or save the parameters with flax.serialization.", cause);

    /// <param name="Type">Of its elements; null where it is none that is read.</param>
    /// <param name="TypeName">As numpy has it.</param>
    /// <param name="Shape">As Flax has it.</param>
    /// <param name="Pieces">Where its bytes lie in the file, in order.</param>
    private sealed record StoredArray(ElementTypeNames? Type, string TypeName, long[] Shape, (long Start, long Bytes)[] Pieces);

    private sealed record Entry(StoredArray Array, bool Transposed);
}
