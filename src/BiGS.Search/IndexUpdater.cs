using System.Diagnostics;
using System.Security.Cryptography;
using BiGS.Search.Documents;
using BiGS.Tokenizers;

namespace BiGS.Search;

/// <summary>
/// Brings an index to what a folder holds: only files whose bytes are new are read, and only passages that were not in the same file before are embedded.
/// Documents come in one by one, each whole, so that an update that was ended goes on where it was. One process at a time changes an index.
/// </summary>
internal sealed class IndexUpdater
{
    /// <summary>Passages of several documents are embedded together, so that small files take no longer than large ones.</summary>
    private const int EmbeddedAtOnce = 256;

    /// <summary>From which share of new passages the words of all are sorted again.</summary>
    private const double MuchOfIt = 0.1;

    private readonly string _folder;
    private readonly string _path;
    private readonly SearchModel _model;
    private readonly IndexSettings _settings;
    private readonly DocumentOptions _reading;
    private readonly bool _overwrite;
    private readonly PassageSplitter _cutter;
    private readonly IProgress<IndexProgress>? _progress;
    private readonly CancellationToken _cancellationToken;

    /// <param name="folder">Of the documents.</param>
    /// <param name="model">What embeds them.</param>
    /// <param name="options">Passages and places.</param>
    /// <param name="progress">Reports each file.</param>
    /// <param name="cancellationToken">Stops between documents and batches.</param>
    /// <exception cref="ArgumentException">The passages do not fit the model.</exception>
    public IndexUpdater(string folder, SearchModel model, IndexOptions options, IProgress<IndexProgress>? progress, CancellationToken cancellationToken)
    {
        int tokens = options.PassageTokens ?? model.DefaultPassage.Tokens;
        int overlap = options.Overlap ?? Math.Min(model.DefaultPassage.Overlap, tokens / 4);
        (_folder, _model, _overwrite, _progress, _cancellationToken) = (folder, model, options.Overwrite, progress, cancellationToken);
        _path = SearchIndex.FileOf(options.IndexPath ?? folder);
        _reading = new DocumentOptions { TextField = options.TextField, MaxFileBytes = options.MaxFileBytes };
        _cutter = model.CreateSplitter(tokens, overlap);
        _settings = new IndexSettings(options.ModelPath, model.Fingerprint, model.Dimensions, tokens, overlap, options.TextField, options.PromptName, options.Stemming);
    }

    /// <inheritdoc cref="SearchIndex.UpdateAsync"/>
    public IndexUpdate Run()
    {
        bool exists = File.Exists(_path);
        FolderContents contents = DocumentFiles.Of(_folder, _reading, own: SearchIndex.FileName, mayBeNone: exists && !_overwrite); // what was removed must not be found
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        using FileStream alone = Lock();
        IndexUpdate update;
        using (var writer = new IndexWriter(_path, _settings, _overwrite))
        {
            update = Update(writer, contents);
        }

        if (update.Files == 0 && contents.Files.Count > 0)
        {
            if (!exists)
            {
                IndexDatabase.Delete(_path);
            }

            throw new InvalidDataException(
                $"{_folder}: none of {contents.Files.Count:N0} files can be read: {string.Join(" | ", update.Skipped.Except(contents.Skipped).Select(file => file.Detail))}");
        }

        return update;
    }

    private IndexUpdate Update(IndexWriter writer, FolderContents contents)
    {
        Dictionary<string, string> before = writer.Hashes();
        var skipped = new List<SkippedFile>();
        IndexedFile[] files = [.. contents.Files.Select(file => Describe(file, skipped)).OfType<IndexedFile>()];
        string[] gone = [.. before.Keys.Except(contents.Files)];
        writer.Remove(gone);

        IndexedFile[] changed = [.. files.Where(file => before.GetValueOrDefault(file.Path) != file.Sha256)];
        var batch = new Batch(this, writer, changed);
        int unopened = skipped.Count;
        foreach (IndexedFile file in changed)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            FileContents read = DocumentReader.ReadAll(_folder, file.Path, _reading);
            if (read.Skipped is not null)
            {
                skipped.Add(read.Skipped);
            }
            else
            {
                batch.Add(file, [.. Passages(file.Path, read.Documents)]);
            }
        }

        batch.Flush();
        string[] broken = [.. skipped.Select(file => file.Path).Where(before.ContainsKey)];
        writer.Remove(broken);
        (int documents, int passages) = writer.Count;
        if (batch.Added > passages * MuchOfIt)
        {
            writer.Optimize();
        }

        return new IndexUpdate(
            _path, documents, passages, changed.Length - (skipped.Count - unopened), gone.Length + broken.Length, batch.Embedded, [.. contents.Skipped, .. skipped]);
    }

    /// <returns>Null where the file cannot be opened: then it is among those that are skipped.</returns>
    private IndexedFile? Describe(string file, List<SkippedFile> skipped)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var found = new FileInfo(Path.Combine(_folder, file));
            using FileStream bytes = found.OpenRead();
            return new IndexedFile(file, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, found.LastWriteTimeUtc);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            skipped.Add(new SkippedFile(file, SkipReason.Unreadable, refused.Message));
            return null;
        }
    }

    private IEnumerable<IndexedPassage> Passages(string file, IReadOnlyList<FileDocument> documents)
    {
        foreach (FileDocument document in documents)
        {
            (int at, int line, int characters) = (0, 0, 0);
            foreach (Passage passage in _cutter.Split(document.Text))
            {
                ReadOnlySpan<char> between = document.Text.AsSpan(at, passage.Start - at);
                (line, characters) = (line + between.Count('\n'), characters + Characters(between));
                at = passage.Start;
                long first = document.IsLine ? document.Line : document.Line + line;
                yield return new IndexedPassage(file, first, characters, characters + Characters(passage.Text), passage.Text) { Title = document.Title, Page = document.Page };
            }
        }
    }

    /// <summary>Characters of Unicode; .NET counts halves of those beyond U+FFFF.</summary>
    private static int Characters(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (System.Text.Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream($"{_path}-lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException held)
        {
            throw new IOException($"{_path}: another process is changing this index ({held.Message}); wait for it to end.", held);
        }
    }

    /// <summary>Documents that were read and are not yet in the index.</summary>
    private sealed class Batch(IndexUpdater updater, IndexWriter writer, IReadOnlyList<IndexedFile> changed)
    {
        private readonly List<(IndexedFile File, IndexedPassage[] Passages, Dictionary<string, Half[]> Vectors)> _documents = [];
        private readonly Stopwatch _since = Stopwatch.StartNew();
        private readonly double _allBytes = Math.Max(1, changed.Sum(file => file.Bytes));
        private int _completed;
        private long _bytes;
        private int _waiting;

        /// <summary>Passages that are in the index through this update.</summary>
        public int Added { get; private set; }

        /// <summary>Those of them that were embedded.</summary>
        public int Embedded { get; private set; }

        public void Add(IndexedFile file, IndexedPassage[] passages)
        {
            Dictionary<string, Half[]> vectors = writer.VectorsOf(file.Path);
            _documents.Add((file, passages, vectors));
            _waiting += passages.Count(passage => !vectors.ContainsKey(passage.Text));
            Report(file.Path, 0);
            if (_waiting >= EmbeddedAtOnce)
            {
                Flush();
            }
        }

        /// <summary>Embeds what waits and adds the documents.</summary>
        public void Flush()
        {
            (Dictionary<string, Half[]> Known, string Text)[] missing =
                [.. _documents.SelectMany(document => document.Passages.Select(passage => (document.Vectors, passage.Text)).Where(passage => !passage.Vectors.ContainsKey(passage.Text)))];
            int done = 0;
            foreach ((Dictionary<string, Half[]> Known, string Text)[] some in missing.Chunk(EmbeddedAtOnce))
            {
                foreach (((Dictionary<string, Half[]> known, string text), float[] vector) in some.Zip(updater._model.Embed([.. some.Select(passage => passage.Text)], updater._cancellationToken)))
                {
                    known[text] = [.. vector.Select(number => (Half)number)];
                }

                (done, Embedded) = (done + some.Length, Embedded + some.Length);
                Report(_documents[^1].File.Path, (double)done / missing.Length);
            }

            foreach ((IndexedFile file, IndexedPassage[] passages, Dictionary<string, Half[]> vectors) in _documents)
            {
                updater._cancellationToken.ThrowIfCancellationRequested();
                writer.Replace(file, passages, [.. passages.Select(passage => vectors[passage.Text])]);
                (_completed, _bytes, Added) = (_completed + 1, _bytes + file.Bytes, Added + passages.Length);
            }

            _documents.Clear();
            _waiting = 0;
        }

        /// <param name="file">That is worked on.</param>
        /// <param name="embedded">How much of what waits is embedded.</param>
        private void Report(string file, double embedded)
        {
            double fraction = Math.Min(1, (_bytes + (embedded * _documents.Sum(document => document.File.Bytes))) / _allBytes);
            updater._progress?.Report(new IndexProgress(
                file, _completed, changed.Count, Embedded, fraction, fraction > 0 ? _since.Elapsed * ((1 - fraction) / fraction) : null));
        }
    }
}
