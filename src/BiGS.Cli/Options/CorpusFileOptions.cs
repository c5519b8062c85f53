using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Files;
using BiGS.Training.Corpora;
using BiGS.Training.Data;

namespace BiGS.Cli.Options;

/// <summary>How the text of a corpus is read, and what becomes of files that cannot be.</summary>
internal sealed class CorpusFileOptions
{
    private readonly Option<string> _textField = OptionFactory.Text("--text-field", "NAME", "the field or column that holds the text (default text)");
    private readonly Option<System.Text.Encoding?> _encoding = OptionFactory.Encoding("--encoding");
    private readonly Option<bool> _skipBad = OptionFactory.Flag("--skip-bad", "leave out files that cannot be read, with a warning for each, instead of refusing them all");

    public IReadOnlyList<Option> All => [_textField, _encoding, _skipBad];

    /// <summary>How documents are found in files.</summary>
    public CorpusOptions Reading(ParseResult parse) => new() { TextField = TextField(parse) ?? "text", Encoding = Encoding(parse) };

    /// <summary>The field or column that is given; null where none is.</summary>
    public string? TextField(ParseResult parse) => parse.GetValue(_textField);

    /// <summary>The encoding that is given; null where none is.</summary>
    public System.Text.Encoding? Encoding(ParseResult parse) => parse.GetValue(_encoding);

    /// <summary>
    /// The paths of a corpus; with --skip-bad, a path that holds files which cannot be read gives way to those that can. Prepared folders and the authors'
    /// shards stay as they are.
    /// </summary>
    /// <exception cref="InvalidDataException">No file can be read.</exception>
    public IReadOnlyList<string> Paths(IReadOnlyList<string> paths, ParseResult parse, Terminal terminal) => parse.GetValue(_skipBad)
        ? [.. paths.SelectMany(path => PreparedCorpus.IsAt(path) || path.EndsWith(".hdf5", StringComparison.OrdinalIgnoreCase) ? [path] : Readable(path, parse, terminal))]
        : paths;

    /// <summary>The same from anywhere; null where none is given.</summary>
    /// <inheritdoc cref="Paths"/>
    public IReadOnlyList<string>? AbsolutePaths(string[]? paths, ParseResult parse, Terminal terminal) =>
        paths is { Length: > 0 } ? [.. Paths(paths, parse, terminal).Select(Path.GetFullPath)] : null;

    private IReadOnlyList<string> Readable(string path, ParseResult parse, Terminal terminal)
    {
        IReadOnlyList<string> files = Corpus.ResolveFiles([path]);
        IReadOnlyList<UnreadableFile> unreadable = Corpus.FindUnreadable(files, Reading(parse), terminal.Interrupted);
        terminal.Warn(unreadable.Select(file => $"left out: {file.Reason}"));
        return unreadable.Count == 0 ? [path]
            : unreadable.Count < files.Count ? [.. files.Except(unreadable.Select(file => file.Path))]
            : throw new InvalidDataException($"{path}: none of its {files.Count:N0} files can be read; see the warnings above.");
    }
}
