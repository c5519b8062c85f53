using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace BiGS.Batches;

/// <summary>
/// A corpus as token ids on disk, tokenised once and memory-mapped ever after. A cache folder holds <c>tokens-N.bin</c> (two bytes an id
/// where the vocabulary allows it, else four), <c>documents.bin</c> (tokens before each document, and the total) and
/// <c>manifest.json</c>, which is written last: a folder without a manifest that fits its files is built again.
/// </summary>
public sealed class TokenShards : ITokenizedDocuments, IDisposable
{
    private const string ManifestName = "manifest.json";
    private const string DocumentsName = "documents.bin";

    private static readonly JsonSerializerOptions WholeManifests = new()
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Builds of this process, so that two at once do not share a folder.</summary>
    private static int _builds;

    private readonly Manifest _manifest;
    private readonly long[] _before;
    private readonly List<(MemoryMappedFile File, MemoryMappedViewAccessor View)> _shards = [];

    private TokenShards(string folder, Manifest manifest)
    {
        _manifest = manifest;
        _before = MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(Path.Combine(folder, DocumentsName))).ToArray();
        foreach (string name in manifest.Shards)
        {
            var file = MemoryMappedFile.CreateFromFile(Path.Combine(folder, name), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _shards.Add((file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read)));
        }
    }

    public long Count => _before.Length - 1;

    public long Tokens => _before[^1];

    /// <summary>Opens the cache of a key, or makes it.</summary>
    /// <param name="folder">The cache's own folder; the key belongs in its name.</param>
    /// <param name="key">What the ids depend on: content, tokenizer, options.</param>
    /// <param name="documents">Read only where the cache has to be made.</param>
    /// <param name="encode">Makes ids; called on all cores.</param>
    /// <param name="vocabularySize">Ids are below it.</param>
    /// <param name="progress">Told the documents and tokens so far.</param>
    /// <param name="cancel">Leaves no cache behind.</param>
    /// <exception cref="InvalidDataException">There is no document with a token.</exception>
    public static TokenShards OpenOrBuild(
        string folder, string key, IEnumerable<string> documents, TokenEncoder encode, int vocabularySize,
        IProgress<TokenizingProgress>? progress = null, CancellationToken cancel = default)
    {
        if (TryOpen(folder, key) is { } cached)
        {
            return cached;
        }

        // Built beside and renamed: a build that is killed leaves nothing under the name.
        // What such a build left beside can bear this name again, since process ids come back.
        string beside = $"{folder}.{Environment.ProcessId}-{Interlocked.Increment(ref _builds)}.partial";
        DeleteIfThere(beside);
        Directory.CreateDirectory(beside);
        try
        {
            TokenShardsWriter.Write(beside, key, documents, encode, vocabularySize, progress, cancel);
            if (TryOpen(folder, key) is { } madeMeanwhile)
            {
                return madeMeanwhile;
            }

            DeleteIfThere(folder);
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder) && Directory.Exists(beside))
        {
            // Another process that built the same cache was quicker by a moment; what it made is opened below.
        }
        finally
        {
            DeleteIfThere(beside);
        }

        return TryOpen(folder, key) ?? throw new IOException($"{folder}: the token cache that was just written does not open; is the disk sound?");
    }

    public long TokensBefore(long document) => _before[document];

    public void Copy(long document, int start, Span<int> destination)
    {
        int shard = (int)LastAtOrBelow.Find(_manifest.FirstDocuments, document);
        long at = _before[document] + start - _before[_manifest.FirstDocuments[shard]];
        MemoryMappedViewAccessor view = _shards[shard].View;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _manifest.BytesPerId == 2 ? view.ReadUInt16((at + i) * 2) : view.ReadInt32((at + i) * 4);
        }
    }

    public void Dispose()
    {
        foreach ((MemoryMappedFile file, MemoryMappedViewAccessor view) in _shards)
        {
            view.Dispose();
            file.Dispose();
        }
    }

    private static TokenShards? TryOpen(string folder, string key)
    {
        string path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllText(path), WholeManifests);
            bool whole = manifest?.Key == key
                && manifest.Lengths.All(file => new FileInfo(Path.Combine(folder, file.Key)) is { Exists: true } info && info.Length == file.Value);
            return whole ? new TokenShards(folder, manifest!) : null;
        }
        catch (JsonException)
        {
            // A manifest that does not read is a damaged cache like any other: it is built again.
            return null;
        }
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a cache folder holds.</summary>
    /// <param name="Key">What the ids depend on.</param>
    /// <param name="BytesPerId">2 or 4.</param>
    /// <param name="Shards">File names.</param>
    /// <param name="FirstDocuments">The first document of each shard.</param>
    /// <param name="Lengths">Bytes of every file.</param>
    internal sealed record Manifest(string Key, int BytesPerId, string[] Shards, long[] FirstDocuments, Dictionary<string, long> Lengths)
    {
        public void Write(string folder) => File.WriteAllText(Path.Combine(folder, ManifestName), JsonSerializer.Serialize(this));
    }

    internal static string DocumentsFile(string folder) => Path.Combine(folder, DocumentsName);
}

/// <summary>How far tokenising has come.</summary>
public sealed record TokenizingProgress(long Documents, long Tokens);
