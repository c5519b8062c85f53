using System.Runtime.InteropServices;

namespace BiGS.Training.Data;

/// <summary>
/// Which documents say word for word what one before them said. Hashes fall into shares by their value, and each share is looked through by
/// itself, so that memory holds the hashes of one share, and a bit of each document, however many there are.
/// </summary>
internal sealed class DuplicateDocuments
{
    private const int BufferHashes = 1 << 14;

    private readonly ulong[] _repeated;

    private DuplicateDocuments(long documents) => _repeated = new ulong[(documents + 63) / 64];

    public static DuplicateDocuments None(long documents) => new(documents);

    /// <param name="hashFiles">16 bytes a document, in the order of the corpus.</param>
    /// <param name="documents">In all of them.</param>
    /// <param name="hashesAtOnce">About how many hashes are in memory at once.</param>
    /// <param name="progress">Reports the share that is done.</param>
    /// <param name="cancellationToken">Stops between two blocks of a file.</param>
    public static DuplicateDocuments Find(
        IReadOnlyList<string> hashFiles, long documents, int hashesAtOnce, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var found = new DuplicateDocuments(documents);
        ulong shares = (ulong)Math.Max(1, (documents + hashesAtOnce - 1) / hashesAtOnce);
        for (ulong share = 0; share < shares; share++)
        {
            progress?.Report((double)share / shares);
            var seen = new HashSet<UInt128>((int)Math.Min(documents, hashesAtOnce));
            long document = 0;
            foreach (UInt128 hash in hashFiles.SelectMany(file => Hashes(file, cancellationToken)))
            {
                if ((ulong)hash % shares == share && !seen.Add(hash))
                {
                    found._repeated[document / 64] |= 1UL << (int)(document % 64);
                }

                document++;
            }
        }

        return found;
    }

    public bool Contains(long document) => (_repeated[document / 64] & (1UL << (int)(document % 64))) != 0;

    private static IEnumerable<UInt128> Hashes(string path, CancellationToken cancellationToken)
    {
        using FileStream file = File.OpenRead(path);
        var block = new UInt128[BufferHashes];
        int read;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            read = file.ReadAtLeast(MemoryMarshal.AsBytes(block.AsSpan()), BufferHashes * 16, throwOnEndOfStream: false) / 16;
            for (int i = 0; i < read; i++)
            {
                yield return block[i];
            }
        }
        while (read == BufferHashes);
    }
}
