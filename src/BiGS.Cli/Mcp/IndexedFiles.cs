using BiGS.Search;
using BiGS.Search.Documents;

namespace BiGS.Cli.Mcp;

/// <summary>The files of a folder that are in its index, and no others, whatever a name says: neither parents nor absolute paths, nor links to anywhere.</summary>
/// <param name="folder">That was indexed.</param>
/// <param name="index">Of the folder.</param>
internal sealed class IndexedFiles(string folder, SearchIndex index)
{
    private readonly DocumentOptions _options = new();

    /// <summary>The text of a file, line by line; of files without lines that of its documents.</summary>
    /// <param name="file">As it leads there from the folder.</param>
    /// <exception cref="FileNotFoundException">It is not in the index, or no more in the folder.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or a link has taken its place.</exception>
    /// <exception cref="InvalidDataException">It is not what its extension promises.</exception>
    public IReadOnlyList<string> ReadLines(string file)
    {
        if (!index.Contains(file))
        {
            throw new FileNotFoundException($"{file}: not in the index; expected a file as search names it");
        }

        string path = Path.Combine(folder, file);
        RefuseLinks(file);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{file}: in the index, but no more in the folder; index the folder again");
        }

        try
        {
            FileDocument[] documents = [.. DocumentReader.Read(path, _options)];
            return documents[0].Line > 0
                ? [.. DocumentText.Lines(DocumentText.Load(path, _options)).Select(line => line.Text)]
                : [.. documents.SelectMany(TextOf)];
        }
        catch (DocumentException unusable)
        {
            throw new InvalidDataException($"{file}: cannot be read any more; index the folder again", unusable);
        }
    }

    private static IEnumerable<string> TextOf(FileDocument document)
    {
        IEnumerable<string> lines = DocumentText.Lines(document.Text).Select(line => line.Text);
        return document.Page is { } page ? lines.Prepend($"[page {page}]") : lines;
    }

    /// <summary>What was a file when it was indexed may be a link by now.</summary>
    private void RefuseLinks(string file)
    {
        string path = folder;
        foreach (string part in file.Split('/'))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new UnauthorizedAccessException($"{file}: a link, which is searched but not read; name the file that it leads to, if it is in the folder");
            }
        }
    }
}
