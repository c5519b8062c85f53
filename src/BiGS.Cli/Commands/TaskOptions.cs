using System.CommandLine;
using BiGS.Corpora;
using BiGS.FineTuning;

namespace BiGS.Cli.Commands;

/// <summary>Which task, and where its examples are: what fine-tuning and evaluating share.</summary>
internal sealed class TaskOptions
{
    private const string Classification = "classification";
    private const string Regression = "regression";

    private readonly Option<string> _task = Values.Text("--task", "NAME", $"what to learn: {string.Join(", ", Names)}", required: true);
    private readonly Option<string> _data = Values.Text("--data", "DIR", "a folder with the task's files, as GLUE lays them out or as they are published");
    private readonly Option<string[]> _train = Values.Paths("--train", "training files, where they are called otherwise: .tsv, .csv, .jsonl (each also .gz), .parquet");
    private readonly Option<string[]> _validation = Values.Paths("--validation", "files that epochs are compared on");
    private readonly Option<string> _text = Values.Text("--text-column", "NAME", "of your own data: the text, by name or by number from 1");
    private readonly Option<string> _pair = Values.Text("--pair-column", "NAME", "of your own data: the second text");
    private readonly Option<string> _label = Values.Text("--label-column", "NAME", "of your own data: the class or value");

    /// <summary>Every task that can be named.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TaskTable.All.Select(task => task.Name), Classification, Regression];

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_task, _data, _train, _validation, _text, _pair, _label])
        {
            command.Add(option);
        }
    }

    /// <summary>The task's name, its kind and its files.</summary>
    /// <exception cref="ArgumentException">There is no such task, or what it needs is not given.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks the task's files.</exception>
    public TaskRow Row(ParseResult parse, bool needsTraining)
    {
        string name = parse.GetRequiredValue(_task);
        string[] train = parse.GetValue(_train) ?? [];
        string[] validation = parse.GetValue(_validation) ?? [];
        string? folder = parse.GetValue(_data);
        if (name is Classification or Regression)
        {
            return new TaskRow(name, OwnKind(parse, name), needsTraining && train.Length == 0 ? throw Lacking("--train FILE") : train, validation, [], "your own texts");
        }

        TaskRow row = TaskTable.All.FirstOrDefault(task => task.Name == name)
            ?? throw new ArgumentException($"--task is \"{name}\"; choose one of {string.Join(", ", Names)}");
        if (folder is null && (needsTraining ? train.Length == 0 : validation.Length == 0))
        {
            throw Lacking(needsTraining ? "--data DIR, or --train FILE" : "--data DIR, or --validation FILE");
        }

        return row with
        {
            Train = train.Length > 0 || !needsTraining ? train : [TaskRow.Find(folder!, row.Train, "--train")],
            Validation = validation.Length > 0 ? validation : folder is null ? [] : [.. OptionalFile(folder, row.Validation)],
            Also = folder is null || validation.Length > 0 ? [] : [.. row.Also.SelectMany(also => OptionalFile(folder, [also]))],
        };
    }

    private TaskKind OwnKind(ParseResult parse, string name)
    {
        Column text = Column.Parse(parse.GetValue(_text) ?? throw Lacking("--text-column NAME"));
        Column label = Column.Parse(parse.GetValue(_label) ?? throw Lacking("--label-column NAME"));
        Column? pair = parse.GetValue(_pair) is { } second ? Column.Parse(second) : null;
        return name == Regression ? TaskTable.Regression(text, pair, label) : TaskTable.Classification(text, pair, label);
    }

    private static IEnumerable<string> OptionalFile(string folder, IReadOnlyList<string> names) => TaskRow.TryFind(folder, names) is { } file ? [file] : [];

    private static ArgumentException Lacking(string option) => new($"give {option} for this task; see --help for an example.");
}
