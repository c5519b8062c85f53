using System.Text.Json;
using System.Text.Json.Serialization;
using BiGS.Files;

namespace BiGS.Training.Data;

/// <summary>One of the files that hold the ids.</summary>
/// <param name="File">Its name.</param>
/// <param name="FirstDocument">The first document in it; a document lies in one file whole.</param>
/// <param name="Bytes">Its length.</param>
public sealed record Shard(string File, long FirstDocument, long Bytes);

/// <summary>A file of text that a prepared corpus was made of.</summary>
/// <param name="Path">Where it was read.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Documents">That it holds, repeated ones included.</param>
/// <param name="Tokens">In all of its documents.</param>
/// <param name="Duplicates">Documents that stood before in the corpus, and were left out here.</param>
public sealed record PreparedSource(string Path, long Bytes, string Sha256, long Documents, long Tokens, long Duplicates);

/// <summary>What a folder of token shards holds: <c>manifest.json</c>, the last file that is written.</summary>
/// <param name="Format">Of the files; <see cref="ShardManifest.CurrentFormat"/>.</param>
/// <param name="Key">What the ids depend on: content, tokenizer, options.</param>
/// <param name="BytesPerId">2 or 4.</param>
/// <param name="Documents">In the shards.</param>
/// <param name="Tokens">In the shards.</param>
/// <param name="Shards">In their order.</param>
/// <param name="Tokenizer">The tokenizer's fingerprint, where the folder was prepared.</param>
/// <param name="Duplicates">Repeated documents that were left out.</param>
/// <param name="Sources">What it was made of, where the folder was prepared.</param>
public sealed record ShardManifest(
    int Format, string Key, int BytesPerId, long Documents, long Tokens, IReadOnlyList<Shard> Shards,
    string? Tokenizer, long Duplicates, IReadOnlyList<PreparedSource> Sources)
{
    public const int CurrentFormat = 2;

    public const string FileName = "manifest.json";

    internal const string StartsName = "documents.bin";

    private static readonly JsonSerializerOptions WholeManifests = new(OptionsFile.Format)
    {
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>Bytes of documents.bin: where each document starts, and the end.</summary>
    [JsonIgnore]
    internal long StartsBytes => (Documents + 1) * sizeof(long);

    /// <summary>The manifest of a folder; null where there is none that can be read.</summary>
    internal static ShardManifest? Find(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<ShardManifest>(File.ReadAllText(path), WholeManifests) is { Format: CurrentFormat } found ? found : null;
        }
        catch (JsonException)
        {
            // A manifest that does not read is no manifest: whatever it describes has to be made again.
            return null;
        }
    }

    internal void Write(string folder) => AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, WholeManifests));

    /// <summary>The first file that is not as described, in words; null where all are.</summary>
    internal string? Damage(string folder)
    {
        foreach ((string name, long bytes) in (IEnumerable<(string, long)>)[(StartsName, StartsBytes), .. Shards.Select(shard => (shard.File, shard.Bytes))])
        {
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists || file.Length != bytes)
            {
                return $"{name} {(file.Exists ? $"has {file.Length:N0} bytes" : "is missing")}, expected {bytes:N0} bytes";
            }
        }

        return null;
    }
}
