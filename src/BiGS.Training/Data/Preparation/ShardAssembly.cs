using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BiGS.Training.Data;

/// <summary>
/// From files that are read, each by itself, to one corpus: repeated documents are left out, the others follow each other in shards. The
/// same sources make the same bytes, whoever read them.
/// </summary>
internal static class ShardAssembly
{
    private const int DocumentsAtOnce = 1 << 14;

    public static ShardManifest Assemble(
        string folder, string tokenizer, int bytesPerId, PreparationPlan plan, IReadOnlyList<SourceReading> sources, int hashesAtOnce,
        IProgress<PreparationProgress>? progress, CancellationToken cancellationToken)
    {
        ReadSource[] records = [.. sources.Select(source => source.Record())];
        long documents = records.Sum(record => record.Documents);
        long tokens = records.Sum(record => record.Tokens);
        DuplicateDocuments repeated = plan.KeepDuplicates
            ? DuplicateDocuments.None(documents)
            : DuplicateDocuments.Find(
                [.. sources.Select(source => source.HashesFile)], documents, hashesAtOnce,
                new Share(done => progress?.Report(new PreparationProgress("looking for repeated documents", done, documents, tokens))), cancellationToken);

        using var writer = new ShardWriter(folder, bytesPerId);
        var prepared = new List<PreparedSource>();
        long first = 0;
        for (int s = 0; s < sources.Count; s++)
        {
            progress?.Report(new PreparationProgress("writing shards", (double)first / Math.Max(1, documents), documents, tokens));
            long duplicates = Append(sources[s], records[s].Documents, first, repeated, bytesPerId, writer, cancellationToken);
            prepared.Add(new PreparedSource(
                sources[s].Source.Path, sources[s].Source.Bytes, records[s].Sha256, records[s].Documents, records[s].Tokens, duplicates));
            first += records[s].Documents;
        }

        return writer.Finish(Key(tokenizer, plan, prepared), tokenizer, prepared.Sum(source => source.Duplicates), prepared);
    }

    /// <returns>How many documents were left out.</returns>
    private static long Append(
        SourceReading source, long documents, long first, DuplicateDocuments repeated, int bytesPerId, ShardWriter writer, CancellationToken cancellationToken)
    {
        using FileStream lengthsFile = File.OpenRead(source.LengthsFile);
        using var ids = new FileStream(source.IdsFile, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        long duplicates = 0;
        int[] lengths = new int[DocumentsAtOnce];
        for (long done = 0; done < documents; done += DocumentsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<int> block = lengths.AsSpan(0, (int)Math.Min(DocumentsAtOnce, documents - done));
            lengthsFile.ReadExactly(MemoryMarshal.AsBytes(block));
            for (int i = 0; i < block.Length;)
            {
                bool leaveOut = repeated.Contains(first + done + i);
                int end = i + 1;
                while (end < block.Length && repeated.Contains(first + done + end) == leaveOut)
                {
                    end++;
                }

                if (leaveOut)
                {
                    duplicates += end - i;
                    ids.Seek(Total(block[i..end]) * bytesPerId, SeekOrigin.Current);
                }
                else
                {
                    writer.Add(block[i..end], ids);
                }

                i = end;
            }
        }

        return duplicates;
    }

    private static long Total(ReadOnlySpan<int> lengths)
    {
        long total = 0;
        foreach (int length in lengths)
        {
            total += length;
        }

        return total;
    }

    private static string Key(string tokenizer, PreparationPlan plan, IEnumerable<PreparedSource> sources)
    {
        string made = $"{tokenizer}\n{plan.TextField}\n{plan.KeepDuplicates}\n{string.Join('\n', sources.Select(source => source.Sha256))}";
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(made)))[..32];
    }

    private sealed class Share(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}
