namespace BiGS.Corpora;

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
            CorpusFormat.JsonLines => JsonLinesDocuments.Read(file, options),
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

    private static IEnumerable<string> Read(IReadOnlyList<string> files, CorpusOptions options)
    {
        bool empty = true;
        foreach (string document in files.SelectMany(file => ReadFile(file, options)))
        {
            empty = false;
            yield return document;
        }
        if (empty)
        {
            throw new InvalidDataException(
                $"the corpus is empty: {files.Count} file(s) from '{files[0]}' on hold no document; give at least one with text");
        }
    }
}
