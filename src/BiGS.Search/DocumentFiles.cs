using System.Text;
using BiGS.Files;

namespace BiGS.Search;

/// <summary>A document of a file.</summary>
/// <param name="Line">The line that it begins in, from 1.</param>
/// <param name="IsLine">Whether that line is all of it, however many its text has.</param>
/// <param name="Text">All of it, every line end as one '\n'.</param>
internal sealed record FileDocument(long Line, bool IsLine, string Text);

/// <summary>
/// The documents that a search looks through. A .txt or .md file is one document, a .jsonl file one a line, in a field that is named; each may be
/// compressed (.gz). Hidden files and folders are passed over.
/// </summary>
internal static class DocumentFiles
{
    private const string Supported = ".txt, .md, .jsonl, each also .gz";

    private static readonly string[] Texts = [".txt", ".md"];

    /// <summary>Paths below a folder, as they lead there from it, in ordinal order.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="mayBeNone">Whether a folder without documents is as good as another.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds nothing that can be read, and should.</exception>
    public static IReadOnlyList<string> Of(string folder, bool mayBeNone = false)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: there is no such folder; give one that holds documents ({Supported}).");
        }

        string[] files =
        [
            .. FileNames.FilesUnder(folder, int.MaxValue)
                .Where(file => IsText(file) || IsJsonLines(file))
                .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')) // the same in every system's index
                .Order(StringComparer.Ordinal),
        ];
        return files.Length > 0 || mayBeNone ? files : throw new FileNotFoundException($"{folder}: holds no document; expected files that end in {Supported}.");
    }

    /// <exception cref="InvalidDataException">Not UTF-8, broken gzip, or a line without the field: says where.</exception>
    public static IEnumerable<FileDocument> Read(string path, string textField)
    {
        if (!IsText(path))
        {
            return JsonLinesDocuments.ReadWithLines(path, textField).Select(document => new FileDocument(document.Line, IsLine: true, document.Text));
        }

        var text = new StringBuilder();
        foreach ((_, string line) in TextFile.Lines(path))
        {
            text.Append(line).Append('\n');
        }

        return [new FileDocument(1, IsLine: false, text.ToString())];
    }

    /// <summary>Reads a file to its end.</summary>
    /// <inheritdoc cref="Read"/>
    public static void RequireReadable(string path, string textField)
    {
        foreach (FileDocument _ in Read(path, textField))
        {
            // Whatever is wrong with a document is thrown when it is read.
        }
    }

    private static bool IsText(string path) => Texts.Contains(FileNames.ExtensionOf(path));

    private static bool IsJsonLines(string path) => FileNames.ExtensionOf(path) == ".jsonl";
}
