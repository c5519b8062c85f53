using System.Security.Cryptography;
using System.Text;
using BiGS.Files;
using BiGS.Search.Documents;
using BiGS.Tokenizers;

namespace BiGS.Search;

/// <summary>How an index is made.</summary>
public sealed record IndexOptions
{
    /// <summary>The most tokens of a passage, [CLS] and [SEP] included; null for 128, or what the model reads if that is less.</summary>
    public int? PassageTokens { get; init; }

    /// <summary>The most tokens that neighbours share; null for a quarter of a passage.</summary>
    public int? Overlap { get; init; }

    /// <summary>
    /// The field of JSON objects, or the column of tables, that holds the text; a file without it is left out. Null for <c>text</c> where an object has
    /// that, and for all of its texts where it has not.
    /// </summary>
    public string? TextField { get; init; }

    /// <summary>The most bytes of a file, as it lies there and unpacked: 64 MB by default, some ten thousand pages. Larger ones are left out.</summary>
    public long MaxFileBytes { get; init; } = DocumentOptions.UsualMaxFileBytes;

    /// <summary>Which of the model's prompts stands before every passage, as the model was opened with; null for its default one.</summary>
    public string? PromptName { get; init; }

    /// <summary>Where the index goes; null for a hidden folder among the documents.</summary>
    public string? IndexFolder { get; init; }

    /// <summary>Where the model is, so that a search finds it again; null for the one that ships with BiGS.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Whether an index that was made otherwise is made anew.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>How far indexing has come.</summary>
/// <param name="File">The file that is read.</param>
/// <param name="Completed">Files behind it.</param>
/// <param name="Total">All files.</param>
/// <param name="Embedded">Passages embedded so far.</param>
public readonly record struct IndexProgress(string File, int Completed, int Total, int Embedded);

/// <summary>What became of an index.</summary>
/// <param name="IndexFolder">Its folder.</param>
/// <param name="Files">Files in it now.</param>
/// <param name="Passages">Passages in it now.</param>
/// <param name="Read">Files that were new or had changed.</param>
/// <param name="Removed">Files that were in it and are no more.</param>
/// <param name="Embedded">Passages that were embedded.</param>
/// <param name="Skipped">Files and folders that are not in the index, each with the reason.</param>
public sealed record IndexUpdate(string IndexFolder, int Files, int Passages, int Read, int Removed, int Embedded, IReadOnlyList<SkippedFile> Skipped);

/// <summary>
/// Brings an index to what a folder holds: only files whose bytes are new are embedded, rows of the others are taken over. The old state stands until
/// the new one is whole, and one process at a time changes an index.
/// </summary>
public static class DocumentIndexer
{
    private const string LockName = "lock";

    /// <summary>How the index that is there was made, so that it can be brought up to date in the same way; null where there is none.</summary>
    /// <param name="folder">Of the documents.</param>
    /// <param name="place">Where the index is; null for a hidden folder among the documents.</param>
    /// <exception cref="InvalidDataException">What is there is no index.</exception>
    public static IndexOptions? ReadOptions(string folder, string? place = null) => IndexManifest.Find(PlaceOf(folder, place)) is { } made
        ? new IndexOptions { PassageTokens = made.PassageTokens, Overlap = made.Overlap, TextField = made.TextField, IndexFolder = place, ModelPath = made.Model, PromptName = made.PromptName }
        : null;

    /// <param name="folder">Of the documents.</param>
    /// <param name="model">What embeds them.</param>
    /// <param name="options">Passages and places.</param>
    /// <param name="progress">Reports each file.</param>
    /// <param name="cancellationToken">Stops between batches, and leaves the index as it was.</param>
    /// <exception cref="ArgumentException">The index that is there was made otherwise, or the passages do not fit the model.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no document.</exception>
    /// <exception cref="InvalidDataException">No document can be read: says why. If only some cannot, they are left out.</exception>
    /// <exception cref="IOException">Another process changes the index.</exception>
    public static IndexUpdate Update(
        string folder, SearchModel model, IndexOptions? options = null, IProgress<IndexProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new IndexOptions();
        int tokens = options.PassageTokens ?? model.DefaultPassage.Tokens;
        int overlap = options.Overlap ?? Math.Min(model.DefaultPassage.Overlap, tokens / 4);
        PassageSplitter cutter = model.CreateSplitter(tokens, overlap);
        string place = PlaceOf(folder, options.IndexFolder);
        var reading = new DocumentOptions { TextField = options.TextField, MaxFileBytes = options.MaxFileBytes };
        FolderContents contents = DocumentFiles.Of(
            folder, reading, own: PassageIndex.FolderName, mayBeNone: !options.Overwrite && IndexManifest.Find(place) is not null); // what was removed must not be found
        IndexManifest? stored = options.Overwrite ? null : IndexManifest.Find(place);
        (IndexedFile[] files, IReadOnlyList<SkippedFile> skipped) = Readable(folder, contents, reading, stored);
        var wanted = new IndexManifest(options.ModelPath, model.Fingerprint, model.Dimensions, tokens, overlap, options.TextField, files, options.PromptName);
        Directory.CreateDirectory(place);
        using FileStream alone = Lock(place);
        IndexManifest? before = options.Overwrite ? null : IndexManifest.Find(place);
        if (before is not null && wanted.DifferenceFrom(before) is string difference)
        {
            throw new ArgumentException($"{place}: the index that is there is {difference}; embed everything anew with IndexOptions.Overwrite, or put this one elsewhere with IndexOptions.IndexFolder.");
        }

        HashSet<(string, string)> kept = [.. (before?.Files ?? []).Select(file => (file.Path, file.Sha256))];
        int removed = before?.Files.Count(file => !files.Any(now => now.Path == file.Path)) ?? 0;
        if (before?.VectorsName == wanted.VectorsName)
        {
            return new IndexUpdate(place, files.Length, before.Passages, Read: 0, removed, Embedded: 0, skipped);
        }

        (IndexManifest now, int embedded) = Write(folder, place, wanted, reading, before, model, cutter, progress, cancellationToken);
        now.Write(place);
        DropOthers(place, now);
        return new IndexUpdate(place, files.Length, now.Passages, files.Count(file => !kept.Contains((file.Path, file.Sha256))), removed, embedded, skipped);
    }

    /// <summary>Documents with their hashes, and those that cannot be read; what an index holds already could be.</summary>
    /// <exception cref="InvalidDataException">None can be read.</exception>
    private static (IndexedFile[] Files, IReadOnlyList<SkippedFile> Skipped) Readable(string folder, FolderContents contents, DocumentOptions reading, IndexManifest? stored)
    {
        HashSet<(string, string)> known = [.. (stored is not null && stored.TextField == reading.TextField ? stored.Files : []).Select(file => (file.Path, file.Sha256))];
        var files = new List<IndexedFile>();
        var skipped = new List<SkippedFile>();
        foreach (string document in contents.Files)
        {
            var file = new IndexedFile(document, HashOf(Path.Combine(folder, document)), 0);
            if (!known.Contains((document, file.Sha256)) && DocumentReader.ReadAll(folder, document, reading).Skipped is { } unusable)
            {
                skipped.Add(unusable);
            }
            else
            {
                files.Add(file);
            }
        }

        return files.Count > 0 || skipped.Count == 0
            ? ([.. files], [.. contents.Skipped, .. skipped])
            : throw new InvalidDataException($"{folder}: none of {contents.Files.Count:N0} files can be read: {string.Join(" | ", skipped.Select(file => file.Detail))}");
    }

    private static string PlaceOf(string folder, string? place) => place ?? Path.Combine(folder, PassageIndex.FolderName);

    private static (IndexManifest Now, int Embedded) Write(
        string folder, string place, IndexManifest wanted, DocumentOptions reading, IndexManifest? before, SearchModel model, PassageSplitter cutter, IProgress<IndexProgress>? progress, CancellationToken cancellationToken)
    {
        using PassageIndex? old = before is null ? null : PassageIndex.Open(place);
        string[] oldLines = before is null ? [] : File.ReadAllLines(Path.Combine(place, before.PassagesName));
        Dictionary<(string, string), (int First, int Count)> oldRows = RowsOf(before);
        var files = new List<IndexedFile>();
        int embedded = 0;
        AtomicFile.Write(Path.Combine(place, wanted.VectorsName), vectors => AtomicFile.Write(Path.Combine(place, wanted.PassagesName), lines =>
        {
            var rows = new PassageRows(model, vectors, lines, cancellationToken);
            foreach (IndexedFile file in wanted.Files)
            {
                progress?.Report(new IndexProgress(file.Path, files.Count, wanted.Files.Count, rows.Embedded));
                int earlier = rows.Count;
                if (oldRows.TryGetValue((file.Path, file.Sha256), out (int First, int Count) range))
                {
                    rows.Copy(old!.Rows(range.First, range.Count), oldLines.AsSpan(range.First, range.Count));
                }
                else
                {
                    foreach (IndexedPassage passage in Passages(folder, file.Path, reading, cutter))
                    {
                        rows.Add(passage);
                    }
                }

                files.Add(file with { Passages = rows.Count - earlier });
            }

            rows.Flush();
            embedded = rows.Embedded;
        }));
        return (wanted with { Files = files }, embedded);
    }

    private static IEnumerable<IndexedPassage> Passages(string folder, string file, DocumentOptions reading, PassageSplitter cutter)
    {
        foreach (FileDocument document in DocumentReader.Read(Path.Combine(folder, file), reading))
        {
            (int at, int line, int characters) = (0, 0, 0);
            foreach (Passage passage in cutter.Split(document.Text))
            {
                ReadOnlySpan<char> between = document.Text.AsSpan(at, passage.Start - at);
                (line, characters) = (line + between.Count('\n'), characters + Characters(between));
                at = passage.Start;
                long first = document.IsLine ? document.Line : document.Line + line;
                yield return new IndexedPassage(file, first, characters, characters + Characters(passage.Text), passage.Text);
            }
        }
    }

    /// <summary>Characters of Unicode; .NET counts halves of those beyond U+FFFF.</summary>
    private static int Characters(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>Which rows of an index belong to a file, by its path and hash.</summary>
    private static Dictionary<(string, string), (int First, int Count)> RowsOf(IndexManifest? manifest)
    {
        var rows = new Dictionary<(string, string), (int, int)>();
        int first = 0;
        foreach (IndexedFile file in manifest?.Files ?? [])
        {
            rows[(file.Path, file.Sha256)] = (first, file.Passages);
            first += file.Passages;
        }

        return rows;
    }

    /// <summary>Earlier states, and what a process that was ended left half written.</summary>
    private static void DropOthers(string place, IndexManifest now)
    {
        foreach (string path in Directory.GetFiles(place, "passages-*").Concat(Directory.GetFiles(place, "vectors-*")))
        {
            if (Path.GetFileName(path) != now.PassagesName && Path.GetFileName(path) != now.VectorsName)
            {
                File.Delete(path);
            }
        }
    }

    private static FileStream Lock(string place)
    {
        try
        {
            return new FileStream(Path.Combine(place, LockName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException held)
        {
            throw new IOException($"{place}: another process is changing this index ({held.Message}); wait for it to end.", held);
        }
    }

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
