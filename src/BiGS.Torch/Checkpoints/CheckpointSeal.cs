using System.Security.Cryptography;
using System.Text.Json;

namespace BiGS.Torch.Checkpoints;

/// <summary>
/// The last file of a checkpoint: length and SHA-256 of every other. A folder whose files are as its seal says is whole; one without a seal
/// was never finished. A file that shrank, grew or changed by a bit is found out before it is trained from.
/// </summary>
internal static class CheckpointSeal
{
    public const string FileName = "checksums.json";

    /// <summary>Flushes every file of a folder to the disk, and then seals it.</summary>
    public static void Write(string folder)
    {
        var entries = new SortedDictionary<string, Entry>(StringComparer.Ordinal);
        foreach (string path in Directory.GetFiles(folder).Where(path => Path.GetFileName(path) != FileName))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            entries[Path.GetFileName(path)] = new Entry(file.Length, Hash(file));
            file.Flush(flushToDisk: true);
        }

        using FileStream seal = File.Create(Path.Combine(folder, FileName));
        JsonSerializer.Serialize(seal, entries);
        seal.Flush(flushToDisk: true);
    }

    /// <summary>What is wrong with a folder, in a clause that names the file; null where it is whole.</summary>
    public static string? FindDamage(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return $"{FileName} is missing";
        }

        Dictionary<string, Entry>? entries;
        try
        {
            entries = JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllText(path));
        }
        catch (JsonException)
        {
            entries = null;
        }

        return entries is null
            ? $"{FileName} does not read"
            : entries.Select(entry => FindDamage(Path.Combine(folder, entry.Key), entry.Key, entry.Value)).FirstOrDefault(damage => damage is not null);
    }

    private static string? FindDamage(string path, string name, Entry sealedAs)
    {
        if (!File.Exists(path))
        {
            return $"{name} is missing";
        }

        using FileStream file = File.OpenRead(path);
        return file.Length != sealedAs.Bytes ? $"{name} has {file.Length} bytes where {sealedAs.Bytes} were written"
            : Hash(file) != sealedAs.Sha256 ? $"{name} is not what was written (its SHA-256 differs)"
            : null;
    }

    private static string Hash(FileStream file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private sealed record Entry(long Bytes, string Sha256);
}
