using System.CommandLine;
using BiGS.Corpora;
using BiGS.FineTuning;

namespace BiGS.Cli.Commands;

/// <summary>Your own texts as a task: which columns of a table hold what.</summary>
internal sealed class ColumnOptions
{
    public const string Classification = "classification";
    public const string Regression = "regression";

    private readonly Option<string> _text = Values.Text("--text-column", "NAME", "of your own data: the text, by name or by number from 1");
    private readonly Option<string> _pair = Values.Text("--pair-column", "NAME", "of your own data: the second text");
    private readonly Option<string> _label = Values.Text("--label-column", "NAME", "of your own data: the class or value");

    public IReadOnlyList<Option> All => [_text, _pair, _label];

    /// <summary>The kind of a task by its name; null where the table of tasks has it.</summary>
    /// <exception cref="ArgumentException">A column is not given.</exception>
    public TaskKind? KindOf(string task, ParseResult parse)
    {
        if (task is not (Classification or Regression))
        {
            return null;
        }

        Column text = Column.Parse(parse.GetValue(_text) ?? throw TaskOptions.Lacking("--text-column NAME"));
        Column label = Column.Parse(parse.GetValue(_label) ?? throw TaskOptions.Lacking("--label-column NAME"));
        Column? pair = parse.GetValue(_pair) is { } second ? Column.Parse(second) : null;
        return task == Regression ? TaskTable.Regression(text, pair, label) : TaskTable.Classification(text, pair, label);
    }
}
