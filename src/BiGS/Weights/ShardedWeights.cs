using System.Text.Json;

namespace BiGS.Weights;

/// <summary>
/// Weights spread over several files of a folder, with an index that says which file holds which:
/// <c>{"weight_map": {"name": "model-00001-of-00002.safetensors", …}}</c>.
/// </summary>
internal sealed class ShardedWeights : IWeightsFile
{
    private const long LargestIndex = 100_000_000;

    private readonly string _path;
    private readonly Dictionary<string, IWeightsFile> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IWeightsFile> _holders = new(StringComparer.Ordinal);

    /// <exception cref="FileNotFoundException">There is no such index, or a file that it names is missing.</exception>
    /// <exception cref="InvalidDataException">The index is broken, leads out of its folder, or does not fit its files.</exception>
    public ShardedWeights(string path)
    {
        _path = path;
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file.");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            Require(file.Length <= LargestIndex, $"has {file.Length} bytes, more than an index has");
            ReadIndex(file, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is JsonElement's word for a name that is no text.
            Dispose();
            throw new InvalidDataException($"{path}: not an index of weights: {broken.Message}", broken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _holders.Keys;

    /// <inheritdoc/>
    public long[] Shape(string name) => Find(name).Shape(name);

    /// <inheritdoc/>
    public ElementType Type(string name) => Find(name).Type(name);

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> destination) =>
        Find(name).ReadBytes(name, offset, destination);

    public void Dispose()
    {
        foreach (IWeightsFile shard in _shards.Values)
        {
            shard.Dispose();
        }
    }

    private IWeightsFile Find(string name) =>
        _holders.TryGetValue(name, out IWeightsFile? holder) ? holder : throw new InvalidDataException($"{_path}: there is no tensor \"{name}\".");

    private void ReadIndex(FileStream json, string folder)
    {
        using JsonDocument index = JsonDocument.Parse(json);
        Require(
            index.RootElement.ValueKind == JsonValueKind.Object && index.RootElement.TryGetProperty("weight_map", out JsonElement map)
                && map.ValueKind == JsonValueKind.Object,
            "has no \"weight_map\" of names and files");
        foreach (JsonProperty place in index.RootElement.GetProperty("weight_map").EnumerateObject())
        {
            string file = place.Value.ValueKind == JsonValueKind.String ? place.Value.GetString()! : "";
            Require(IsFileName(file), $"places \"{place.Name}\" in {place.Value.GetRawText()}, which is not the name of a weights file beside it");
            if (!_shards.TryGetValue(file, out IWeightsFile? shard))
            {
                shard = WeightsLocation.OpenFile(Path.Combine(folder, file));
                _shards[file] = shard;
            }

            Require(shard.Names.Contains(place.Name), $"places \"{place.Name}\" in {file}, which does not hold it");
            Require(_holders.TryAdd(place.Name, shard), $"names \"{place.Name}\" twice");
        }
    }

    /// <summary>A name beside the index, of a format that has no index of its own.</summary>
    private static bool IsFileName(string name) => name == Path.GetFileName(name) && Path.GetExtension(name) is ".safetensors" or ".bin" && !name.Contains('\\') && !name.Contains('\0');

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{_path}: not an index of weights: it {otherwise}; copy the folder again.");
        }
    }
}
