namespace BiGS.Training.Data;

/// <summary>
/// A corpus as token ids on disk, tokenised once and memory-mapped ever after. A folder holds <c>tokens-N.bin</c> (two bytes an id
/// where the vocabulary allows it, else four), <c>documents.bin</c> (tokens before each document, and the total) and
/// <c>manifest.json</c>, which is written last. It is either a cache, which is built again where its manifest does not fit its files,
/// or what <see cref="CorpusPreparation"/> made.
/// </summary>
internal sealed class TokenShards : ITokenizedDocuments, IDisposable
{
    /// <summary>Builds of this process, so that two at once do not share a folder.</summary>
    private static int _builds;

    private readonly MappedNumbers _before;
    private readonly MappedNumbers[] _shards;
    private readonly long[] _firstDocuments;

    internal TokenShards(string folder, ShardManifest manifest)
    {
        Manifest = manifest;
        _before = new MappedNumbers(Path.Combine(folder, ShardManifest.StartsName));
        _shards = [.. manifest.Shards.Select(shard => new MappedNumbers(Path.Combine(folder, shard.File)))];
        _firstDocuments = [.. manifest.Shards.Select(shard => shard.FirstDocument)];
    }

    /// <summary>What is in the folder.</summary>
    public ShardManifest Manifest { get; }

    public long Count => Manifest.Documents;

    public long Tokens => Manifest.Tokens;

    /// <summary>Opens the cache of a key, or makes it.</summary>
    /// <param name="folder">The cache's own folder; the key belongs in its name.</param>
    /// <param name="key">What the ids depend on: content, tokenizer, options.</param>
    /// <param name="documents">Read only where the cache has to be made.</param>
    /// <param name="encode">Makes ids; called on all cores.</param>
    /// <param name="vocabularySize">Ids are below it.</param>
    /// <param name="progress">Reports the documents and tokens so far.</param>
    /// <param name="cancellationToken">Leaves no cache behind.</param>
    /// <exception cref="InvalidDataException">There is no document with a token.</exception>
    public static TokenShards OpenOrBuild(
        string folder, string key, IEnumerable<string> documents, TokenEncoder encode, int vocabularySize,
        IProgress<TokenizingProgress>? progress = null, CancellationToken cancellationToken = default)
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
            TokenShardsWriter.Write(beside, key, documents, encode, vocabularySize, progress, cancellationToken);
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

    public long TokensBefore(long document) => _before.Int64(document);

    public void Copy(long document, int start, Span<int> destination)
    {
        int shard = (int)LastAtOrBelow.Find(_firstDocuments, document);
        long at = TokensBefore(document) + start - TokensBefore(_firstDocuments[shard]);
        _shards[shard].CopyIds(at, Manifest.BytesPerId, destination);
    }

    public void Dispose()
    {
        _before.Dispose();
        foreach (MappedNumbers shard in _shards)
        {
            shard.Dispose();
        }
    }

    private static TokenShards? TryOpen(string folder, string key) =>
        ShardManifest.Find(folder) is { } manifest && manifest.Key == key && manifest.Damage(folder) is null ? new TokenShards(folder, manifest) : null;

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>How far tokenising has come.</summary>
internal sealed record TokenizingProgress(long Documents, long Tokens);
