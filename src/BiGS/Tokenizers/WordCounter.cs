using System.Runtime.InteropServices;

namespace BiGS.Tokenizers;

/// <summary>Counts the normalised words of documents on several threads, in bounded memory, with a result that no thread decides.</summary>
/// <remarks>Documents are cut into blocks in their order; threads count blocks, and the counts are summed, and the rarest words forgotten,
/// in that order.</remarks>
internal sealed class WordCounter(CharacterTable characters, int threads, int wordLimit)
{
    private const int BlockLength = 1 << 22;

    public Dictionary<string, long> Count(
        IEnumerable<string> documents, IProgress<WordPieceProgress>? progress, CancellationToken cancellationToken)
    {
        var total = new Dictionary<string, long>(StringComparer.Ordinal);
        var pending = new Queue<Task<Block>>();
        int? all = documents.TryGetNonEnumeratedCount(out int known) ? known : null;
        int done = 0;
        foreach (List<string> block in Blocks(documents))
        {
            cancellationToken.ThrowIfCancellationRequested();
            pending.Enqueue(Task.Run(() => new Block(block.Count, CountBlock(block)), cancellationToken));
            if (pending.Count > threads)
            {
                Sum(pending.Dequeue());
            }
        }
        while (pending.TryDequeue(out Task<Block>? last))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Sum(last);
        }
        return total;

        void Sum(Task<Block> counted)
        {
            Block block = counted.GetAwaiter().GetResult();
            foreach ((string word, long count) in block.Words)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(total, word, out _) += count;
            }
            ForgetRarest(total);
            done += block.Documents;
            progress?.Report(new WordPieceProgress("counting words", all > 0 ? (double)done / all : null));
        }
    }

    private static IEnumerable<List<string>> Blocks(IEnumerable<string> documents)
    {
        var block = new List<string>();
        int length = 0;
        foreach (string document in documents)
        {
            block.Add(document);
            length += document.Length;
            if (length >= BlockLength)
            {
                yield return block;
                block = [];
                length = 0;
            }
        }
        yield return block;
    }

    private Dictionary<string, long> CountBlock(List<string> documents)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> buffer = stackalloc char[WordReader.BufferLength];
        foreach (string document in documents)
        {
            var reader = new WordReader(characters, document, buffer);
            while (reader.Read())
            {
                if (!reader.IsTooLong)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, reader.Word, out _)++;
                }
            }
        }
        return counts;
    }

    private void ForgetRarest(Dictionary<string, long> counts)
    {
        for (long rare = 1; counts.Count > wordLimit; rare++)
        {
            foreach ((string word, long count) in counts)
            {
                if (count <= rare)
                {
                    counts.Remove(word);
                }
            }
        }
    }

    private sealed record Block(int Documents, Dictionary<string, long> Words);
}
