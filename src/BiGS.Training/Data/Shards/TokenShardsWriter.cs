namespace BiGS.Training.Data;

/// <summary>Tokenises one stream of documents on all cores into a folder of shards.</summary>
internal static class TokenShardsWriter
{
    public static void Write(
        string folder, string key, IEnumerable<string> documents, TokenEncoder encode, int vocabularySize,
        IProgress<TokenizingProgress>? progress, CancellationToken cancellationToken)
    {
        var encoder = new GroupEncoder(encode, vocabularySize, hashes: false);
        using var pool = new EncoderPool(encoder, Environment.ProcessorCount);
        using var writer = new ShardWriter(folder, encoder.BytesPerId);
        foreach (EncodedGroup group in pool.Encode(documents, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Add(group.Lengths, new MemoryStream(group.Ids));
            progress?.Report(new TokenizingProgress(writer.Documents, writer.Tokens));
        }

        writer.Finish(key);
    }
}
