using System.CommandLine;
using BiGS.Cli.Output;
using BiGS.Training.Corpora;

namespace BiGS.Cli.Options;

/// <summary>How tables are read where their files do not say.</summary>
internal sealed class TableFormatOptions
{
    private readonly Option<char?> _delimiter = OptionFactory.Delimiter("--delimiter", "what separates the cells of .csv, .tsv and .txt files (default: recognised)");
    private readonly List<string> _notes = [];

    public IReadOnlyList<Option> All => [_delimiter, Encoding];

    /// <summary>The encoding of text files, whether they are tables or not.</summary>
    public Option<System.Text.Encoding?> Encoding { get; } = OptionFactory.Encoding("--encoding");

    /// <summary>The options of a command line; what a reader warns of is shown once, however often it reads.</summary>
    public TableOptions Of(ParseResult parse, Terminal terminal)
    {
        var shown = new HashSet<string>();
        return new TableOptions
        {
            Delimiter = parse.GetValue(_delimiter),
            Encoding = parse.GetValue(Encoding),
            Note = note => _notes.Add(note),
            Warn = warning =>
            {
                if (shown.Add(warning))
                {
                    terminal.Warn([warning]);
                }
            },
        };
    }

    /// <summary>Shows how the tables were understood, each note once: after the work, so that an error stands alone.</summary>
    public void ShowNotes(Terminal terminal)
    {
        foreach (string note in _notes.Distinct())
        {
            terminal.Note(note);
        }
    }
}
