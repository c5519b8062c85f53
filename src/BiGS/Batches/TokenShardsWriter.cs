using System.Runtime.InteropServices;

namespace BiGS.Batches;

/// <summary>
/// Tokenises documents on all cores in bounded memory: a group of documents is read, encoded in parallel, and written in order,
/// before the next group is read.
/// </summary>
internal static class TokenShardsWriter
{
    private const int GroupCharacters = 8 << 20;
    private const long ShardTokens = 128L << 20;

    public static void Write(
        string folder, string key, IEnumerable<string> documents, TokenEncoder encode, int vocabularySize,
        IProgress<TokenizingProgress>? progress, CancellationToken cancel)
    {
        int bytesPerId = vocabularySize <= ushort.MaxValue + 1 ? 2 : 4;
        var shards = new List<string>();
        var firstDocuments = new List<long>();
        (long count, long tokens, long tokensBeforeShard) = (0, 0, 0);
        FileStream? shard = null;
        try
        {
            using (FileStream starts = File.Create(TokenShards.DocumentsFile(folder)))
            {
                starts.Write(BitConverter.GetBytes(0L));
                foreach (List<string> group in Groups(documents))
                {
                    cancel.ThrowIfCancellationRequested();
                    foreach (List<int> ids in Encode(group, encode, cancel))
                    {
                        if (shard is null || (tokens - tokensBeforeShard) + ids.Count > ShardTokens)
                        {
                            shard?.Dispose();
                            shards.Add($"tokens-{shards.Count}.bin");
                            firstDocuments.Add(count);
                            tokensBeforeShard = tokens;
                            shard = new FileStream(Path.Combine(folder, shards[^1]), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
                        }

                        CheckRange(ids, vocabularySize, count);
                        WriteIds(shard, ids, bytesPerId);
                        count++;
                        tokens += ids.Count;
                        starts.Write(BitConverter.GetBytes(tokens));
                    }

                    progress?.Report(new TokenizingProgress(count, tokens));
                }
            }
        }
        finally
        {
            shard?.Dispose();
        }

        if (tokens == 0)
        {
            throw new InvalidDataException($"The corpus holds no text: {count} documents and not one token; name files with text in them.");
        }

        var lengths = Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), file => new FileInfo(file).Length);
        new TokenShards.Manifest(key, bytesPerId, [.. shards], [.. firstDocuments], lengths).Write(folder);
    }

    private static List<int>[] Encode(List<string> group, TokenEncoder encode, CancellationToken cancel)
    {
        var ids = new List<int>[group.Count];
        try
        {
            Parallel.For(0, group.Count, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                ids[i] = [];
                encode(group[i], ids[i]);
            });
        }
        catch (AggregateException failures)
        {
            throw failures.InnerExceptions[0];
        }

        return ids;
    }

    private static IEnumerable<List<string>> Groups(IEnumerable<string> documents)
    {
        (var group, int characters) = (new List<string>(), 0);
        foreach (string document in documents)
        {
            group.Add(document);
            characters += document.Length;
            if (characters >= GroupCharacters)
            {
                yield return group;
                (group, characters) = ([], 0);
            }
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private static void CheckRange(List<int> ids, int vocabularySize, long document)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)vocabularySize)
            {
                throw new InvalidDataException(
                    $"document {document}: the tokenizer made the id {id}, but its vocabulary has {vocabularySize} words; its files do not fit together.");
            }
        }
    }

    private static void WriteIds(FileStream file, List<int> ids, int bytesPerId)
    {
        if (bytesPerId == 4)
        {
            file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(ids)));
            return;
        }

        ushort[] narrow = new ushort[ids.Count];
        for (int i = 0; i < narrow.Length; i++)
        {
            narrow[i] = (ushort)ids[i];
        }

        file.Write(MemoryMarshal.AsBytes<ushort>(narrow));
    }
}
