using System.Buffers.Binary;
using System.Text.Json;

namespace BiGS.Weights;

/// <summary>
/// A safetensors file, open for reading: eight bytes of header length, a JSON header, raw little-endian tensors.
/// The file is memory-mapped, and a tensor costs memory only when it is read.
/// </summary>
internal sealed class SafetensorsFile : IWeightsFile
{
    /// <summary>What such a file is called in a model's folder.</summary>
    public const string DefaultName = "model.safetensors";

    private const long LargestHeader = 100_000_000;

    private readonly string _path;
    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly long _dataStart;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is cut, or its header does not describe it.</exception>
    public SafetensorsFile(string path)
    {
        _path = path;
        _file = new MappedFile(path);
        try
        {
            long size = _file.Length;
            Require(size >= 8, $"{size} bytes are too few for a header");
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(_file.Span(0, 8));
            Require(header <= LargestHeader && header <= (ulong)(size - 8), $"the header claims {header} bytes of a file of {size}");
            _dataStart = 8 + (long)header;
            byte[] json = _file.Span(8, (int)header).ToArray();
            ReadHeader(json, size - _dataStart);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Text that travels in the header under <c>__metadata__</c>.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public ElementType Type(string name) => Find(name) is { Type: { } type } ? type : throw ElementTypeNames.NotRead(_path, name, Find(name).TypeName);

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> destination)
    {
        this.RequireWithin(name, offset, destination.Length);
        _file.Read(_dataStart + Find(name).Start + offset, destination);
    }

    public void Dispose() => _file.Dispose();

    private Entry Find(string name) =>
        _entries.TryGetValue(name, out Entry? entry) ? entry : throw new InvalidDataException($"{_path}: there is no tensor \"{name}\".");

    private void ReadHeader(byte[] json, long dataBytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            ReadEntries(document.RootElement, dataBytes);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is JsonElement's word for a name that is no text.
            throw new InvalidDataException($"{_path}: not a safetensors file: its header is not JSON ({broken.Message}).", broken);
        }

        long end = 0;
        foreach ((string name, Entry entry) in _entries.OrderBy(e => e.Value.Start).ThenBy(e => e.Value.Bytes))
        {
            Require(entry.Start >= end, $"the tensor \"{name}\" overlaps the one before it");
            end = entry.Start + entry.Bytes;
        }
    }

    private void ReadEntries(JsonElement header, long dataBytes)
    {
        Require(header.ValueKind == JsonValueKind.Object, "the header is not a JSON object");
        foreach (JsonProperty property in header.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                Require(property.Value.ValueKind == JsonValueKind.Object, "its __metadata__ is not a JSON object");
                foreach (JsonProperty item in property.Value.EnumerateObject())
                {
                    Metadata[item.Name] = item.Value.ToString();
                }
            }
            else
            {
                Entry entry = ReadEntry(property, dataBytes);
                Require(_entries.TryAdd(property.Name, entry), $"the tensor \"{property.Name}\" is there twice");
            }
        }
    }

    private Entry ReadEntry(JsonProperty property, long dataBytes)
    {
        try
        {
            // A type that is not read is an error only for whoever reads the tensor: files may hold more than a model needs.
            string name = property.Value.GetProperty("dtype").GetString() ?? throw new FormatException("its dtype is null");
            ElementTypeNames? type = ElementTypeNames.OfSafetensors(name);
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
            JsonElement offsets = property.Value.GetProperty("data_offsets");
            (long start, long end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
            Require(start >= 0 && end >= start && end <= dataBytes, $"the tensor \"{property.Name}\" lies at {start}…{end} of {dataBytes} bytes");
            long bytes = type is null ? end - start : TensorSize.Bytes(shape, type.Width);
            Require(bytes == end - start, $"the tensor \"{property.Name}\" needs {bytes} bytes and has {end - start}");
            return new Entry(type?.Type, name, shape, start, bytes);
        }
        catch (Exception broken) when (broken is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{_path}: not a whole safetensors file: the entry of \"{property.Name}\" is broken ({broken.Message}).", broken);
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{_path}: not a whole safetensors file: {otherwise}.");
        }
    }

    /// <param name="Type">Null where it is none that is read.</param>
    /// <param name="TypeName">As the file has it.</param>
    /// <param name="Shape">As the file has it.</param>
    /// <param name="Start">Where its bytes begin, behind the header.</param>
    /// <param name="Bytes">How many there are.</param>
    private sealed record Entry(ElementType? Type, string TypeName, long[] Shape, long Start, long Bytes);
}
