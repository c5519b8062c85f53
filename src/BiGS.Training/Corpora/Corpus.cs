using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>A corpus is an ordered stream of documents, each a string, whatever the files that hold them.</summary>
public static class Corpus
{
    /// <summary>
    /// Streams the documents of files, folders and globs, one at a time and always in the same order
    /// (arguments as given, files inside a folder or glob by ordinal path, documents as they stand).
    /// The kind of a file is its extension: .txt (documents parted by blank lines, inner newlines kept),
    /// .jsonl (one JSON object a line), .parquet (one row each); .txt.gz and .jsonl.gz are read as they are.
    /// A byte order mark is dropped, CRLF counts as a newline, and blank documents are passed over.
    /// </summary>
    /// <exception cref="FileNotFoundException">A path does not exist, or a glob matches nothing (thrown by the call itself).</exception>
    /// <exception cref="InvalidDataException">
    /// While reading: a file's text cannot be read, with its name and the line, byte or row; or no file holds a document.
    /// </exception>
    /// <exception cref="ArgumentException">No path, or a file of unknown extension (thrown by the call itself).</exception>
    public static IEnumerable<string> ReadDocuments(IEnumerable<string> paths, CorpusOptions? options = null) =>
        Read(ResolveFiles(paths), options ?? new CorpusOptions());

    /// <summary>The documents of one file that <see cref="ResolveFiles"/> named; there may be none.</summary>
    /// <exception cref="InvalidDataException">While reading: the text cannot be read.</exception>
    public static IEnumerable<string> ReadFile(string file, CorpusOptions? options = null)
    {
        options ??= new CorpusOptions();
        IEnumerable<string> documents = CorpusFiles.FormatOf(file) switch
        {
            CorpusFormat.Text => TextDocuments.Read(file, options.Encoding),
            CorpusFormat.JsonLines => JsonLinesDocuments.Read(file, options.TextField, options.Encoding),
            _ => ParquetDocuments.Read(file, options.TextField),
        };
        return documents.Where(document => !string.IsNullOrWhiteSpace(document));
    }

    /// <summary>The files that <see cref="ReadDocuments"/> reads, in its order; a file reached twice is listed once.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist, or a folder or glob holds no file that can be read.</exception>
    /// <exception cref="ArgumentException">No path, or a file of unknown extension.</exception>
    public static IReadOnlyList<string> ResolveFiles(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] files = [.. paths.SelectMany(CorpusFiles.Resolve).DistinctBy(Path.GetFullPath)];
        return files.Length > 0
            ? files
            : throw new ArgumentException("no corpus path was given; name files, folders or globs", nameof(paths));
    }

    /// <summary>Those of some files whose text cannot be read, in their order; each file is read to its end, several at a time.</summary>
    /// <param name="files">As <see cref="ResolveFiles"/> names them.</param>
    /// <param name="options">How documents are found in them.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static IReadOnlyList<UnreadableFile> FindUnreadable(IReadOnlyList<string> files, CorpusOptions? options = null, CancellationToken cancellationToken = default) =>
    [
        .. files.AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Select(file => UnreadableFile.Find(file, () => ReadToEnd(file, options, cancellationToken))).OfType<UnreadableFile>(),
    ];

    private static void ReadToEnd(string file, CorpusOptions? options, CancellationToken cancellationToken)
    {
        foreach (string _ in ReadFile(file, options))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static IEnumerable<string> Read(IReadOnlyList<string> files, CorpusOptions options)
    {
        bool empty = true;
        for (int f = 0; f < files.Count; f++)
        {
            using IEnumerator<string> documents = ReadFile(files[f], options).GetEnumerator();
            while (Next(documents, files, f, options))
            {
                empty = false;
                yield return documents.Current;
            }
        }
        if (empty)
        {
            throw new InvalidDataException(
                $"the corpus is empty: {files.Count} file(s) from '{files[0]}' on hold no document; give at least one with text");
        }
    }

    /// <summary>The next document. Where there is none to be had, the files behind are looked through too, so that one run names all that is wrong.</summary>
    private static bool Next(IEnumerator<string> documents, IReadOnlyList<string> files, int file, CorpusOptions options)
    {
        try
        {
            return documents.MoveNext();
        }
        catch (InvalidDataException broken)
        {
            throw UnreadableFile.Error([new UnreadableFile(files[file], broken.Message), .. FindUnreadable([.. files.Skip(file + 1)], options)], files.Count);
        }
    }
}
