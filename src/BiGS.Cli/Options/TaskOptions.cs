using System.CommandLine;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Options;

/// <summary>What to learn, and where its examples are.</summary>
internal sealed class TaskOptions
{
    private readonly Option<string> _task = OptionFactory.Text("--task", "NAME", $"what to learn: {string.Join(", ", Names)}", required: true);
    private readonly Option<string> _data = OptionFactory.Text("--data", "DIR", "a folder with the task's files, as GLUE lays them out or as they are published");
    private readonly Option<string[]> _train = OptionFactory.Paths("--train", "training files, where they are called otherwise: .tsv, .csv, .jsonl (each also .gz), .parquet; for embeddings also plain text");
    private readonly Option<string[]> _validation = OptionFactory.Paths("--validation", "files that epochs are compared on");
    private readonly ColumnOptions _columns = new();
    private readonly LayoutOptions _layout = new();

    /// <summary>Every task that can be named.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TaskTable.All.Select(task => task.Name), ColumnOptions.Classification, ColumnOptions.Regression];

    /// <summary>Files that epochs are compared on.</summary>
    public Option<string[]> Validation => _validation;

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_task, _data, _train, _validation, .. _columns.All, _columns.Negative, .. _layout.Choice, .. _layout.Tagging])
        {
            command.Add(option);
        }
    }

    /// <summary>The task's name, its kind and its files.</summary>
    /// <exception cref="ArgumentException">There is no such task, or what it needs is not given.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks the task's files.</exception>
    public TaskDefinition Task(ParseResult parse)
    {
        string name = parse.GetRequiredValue(_task);
        string[] train = parse.GetValue(_train) ?? [];
        string[] validation = parse.GetValue(_validation) ?? [];
        if (ColumnOptions.KindOf(name, Columns(parse)) is { } own)
        {
            return new TaskDefinition(name, _layout.Apply(own, parse, Columns(parse)), train.Length > 0 ? train : throw Lacking("--train FILE"), validation, [], "your own texts");
        }

        TaskDefinition row = TaskTable.All.FirstOrDefault(task => task.Name == name)
            ?? throw new ArgumentException($"--task is \"{name}\"; choose one of {string.Join(", ", Names)}");
        row = parse.GetValue(_data) is not { } folder
            ? row with { Train = train.Length > 0 ? train : throw Lacking("--data DIR, or --train FILE"), Validation = validation, AdditionalValidation = [] }
            : row with
            {
                Train = train.Length > 0 ? train : [TaskDefinition.Find(folder, row.Train, "--train")],
                Validation = validation.Length > 0 ? validation : [.. IfThere(folder, row.Validation)],
                AdditionalValidation = validation.Length > 0 ? [] : [.. row.AdditionalValidation.SelectMany(also => IfThere(folder, [also]))],
            };
        return row with { Kind = _layout.Apply(name == ColumnOptions.Embedding ? _columns.Learned(parse, row.Train) : row.Kind, parse, Columns(parse)) };
    }

    /// <summary>The columns that are given, by what they hold.</summary>
    public IReadOnlyDictionary<string, string> Columns(ParseResult parse) => _layout.Given(parse, _columns.Given(parse));

    internal static ArgumentException Lacking(string option) => new($"give {option} for this task; see --help for an example.");

    private static IEnumerable<string> IfThere(string folder, IReadOnlyList<string> names) => TaskDefinition.TryFind(folder, names) is { } file ? [file] : [];
}
