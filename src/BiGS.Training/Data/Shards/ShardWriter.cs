using System.Runtime.InteropServices;

namespace BiGS.Training.Data;

/// <summary>Writes token shards from one end to the other: ids into files of at most 128 M tokens, where documents start, and the manifest.</summary>
internal sealed class ShardWriter : IDisposable
{
    private const long ShardTokens = 128L << 20;
    private const int BufferBytes = 1 << 20;

    private readonly string _folder;
    private readonly int _bytesPerId;
    private readonly List<Shard> _shards = [];
    private readonly FileStream _starts;
    private FileStream? _shard;
    private long _tokensBeforeShard;

    public ShardWriter(string folder, int bytesPerId)
    {
        _folder = folder;
        _bytesPerId = bytesPerId;
        _starts = Create(ShardManifest.StartsName);
        _starts.Write(BitConverter.GetBytes(0L));
    }

    public long Documents { get; private set; }

    public long Tokens { get; private set; }

    /// <summary>Appends documents that lie one behind the other.</summary>
    /// <param name="lengths">Tokens of each document.</param>
    /// <param name="ids">All of their ids, as they stand in the file.</param>
    public void Add(ReadOnlySpan<int> lengths, Stream ids)
    {
        byte[] buffer = [];
        foreach (int length in lengths)
        {
            if (_shard is null || (Tokens > _tokensBeforeShard && (Tokens - _tokensBeforeShard) + length > ShardTokens))
            {
                EndShard();
                string name = $"tokens-{_shards.Count}.bin";
                _shards.Add(new Shard(name, Documents, 0));
                _tokensBeforeShard = Tokens;
                _shard = Create(name);
            }

            int bytes = length * _bytesPerId;
            buffer = bytes > buffer.Length ? new byte[bytes] : buffer;
            ids.ReadExactly(buffer, 0, bytes);
            _shard.Write(buffer, 0, bytes);
            Documents++;
            Tokens += length;
            _starts.Write(MemoryMarshal.AsBytes<long>([Tokens]));
        }
    }

    /// <summary>Ends the files, on the disk, and writes the manifest.</summary>
    /// <exception cref="InvalidDataException">There was no token.</exception>
    public ShardManifest Finish(string key, string? tokenizer = null, long duplicates = 0, IReadOnlyList<PreparedSource>? sources = null)
    {
        if (Tokens == 0)
        {
            throw new InvalidDataException($"The corpus holds no text: {Documents} documents and not one token; name files with text in them.");
        }

        EndShard();
        _starts.Flush(flushToDisk: true);
        var manifest = new ShardManifest(
            ShardManifest.CurrentFormat, key, _bytesPerId, Documents, Tokens, _shards, tokenizer, duplicates, sources ?? []);
        manifest.Write(_folder);
        return manifest;
    }

    public void Dispose()
    {
        _shard?.Dispose();
        _starts.Dispose();
    }

    private void EndShard()
    {
        if (_shard is not null)
        {
            _shard.Flush(flushToDisk: true);
            _shards[^1] = _shards[^1] with { Bytes = _shard.Length };
            _shard.Dispose();
            _shard = null;
        }
    }

    private FileStream Create(string name) => new(Path.Combine(_folder, name), FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
}
