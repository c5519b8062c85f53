using System.CommandLine;
using BiGS.Corpora;
using BiGS.FineTuning;

namespace BiGS.Cli.Commands;

/// <summary>Your own texts as a task: which columns of a table hold what.</summary>
internal sealed class ColumnOptions
{
    public const string Classification = "classification";
    public const string Regression = "regression";
    public const string Embedding = "embedding";

    private readonly Option<string> _text = Values.Text("--text-column", "NAME", "of your own data: the text, by name or by number from 1");
    private readonly Option<string> _pair = Values.Text("--pair-column", "NAME", "of your own data: the second text");
    private readonly Option<string> _label = Values.Text("--label-column", "NAME", "of your own data: the class or value");
    private readonly Option<string> _negative = Values.Text("--negative-column", "NAME", "of your own data, for embeddings: a text that looks alike and does not belong to the first");

    public IReadOnlyList<Option> All => [_text, _pair, _label];

    /// <summary>What only learning reads.</summary>
    public Option Negative => _negative;

    /// <summary>The kind of a task by its name; null where the table of tasks has it.</summary>
    /// <exception cref="ArgumentException">A column is not given.</exception>
    public TaskKind? KindOf(string task, ParseResult parse)
    {
        if (task is not (Classification or Regression))
        {
            return null;
        }

        Column text = Named(_text, parse) ?? throw TaskOptions.Lacking("--text-column NAME");
        Column label = Named(_label, parse) ?? throw TaskOptions.Lacking("--label-column NAME");
        Column? pair = Named(_pair, parse);
        return task == Regression ? TaskTable.Regression(text, pair, label) : TaskTable.Classification(text, pair, label);
    }

    /// <summary>Where the scored pairs of embeddings stand; STS-B's columns where nothing is said.</summary>
    public ScoredPairColumns Measured(ParseResult parse) => new(
        Named(_text, parse) ?? ScoredPairColumns.StsB.First, Named(_pair, parse) ?? ScoredPairColumns.StsB.Second, Named(_label, parse) ?? ScoredPairColumns.StsB.Score);

    /// <summary>Where embeddings' texts stand: to learn from, and (with a label column) also to be measured on.</summary>
    /// <exception cref="ArgumentException">A column is given without the ones before it, or none for a table.</exception>
    public TaskKind Learned(ParseResult parse, IEnumerable<string> train)
    {
        (Column? text, Column? pair, Column? negative) = (Named(_text, parse), Named(_pair, parse), Named(_negative, parse));
        if ((negative is not null && pair is null) || (text is null && (pair is not null || train.Any(IsTable))))
        {
            throw TaskOptions.Lacking(text is null ? "--text-column NAME" : "--pair-column NAME");
        }

        return TaskTable.Embedding(
            text is null ? null : new ContrastColumns(text, pair, negative), Named(_label, parse) is null ? ScoredPairColumns.StsB : Measured(parse));
    }

    private static bool IsTable(string path) => path.EndsWith(".gz", StringComparison.Ordinal) ? IsTable(path[..^3]) : Path.GetExtension(path) is ".tsv" or ".csv" or ".tab";

    private static Column? Named(Option<string> option, ParseResult parse) => parse.GetValue(option) is { } column ? Column.Parse(column) : null;
}
