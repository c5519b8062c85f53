using System.CommandLine;
using BiGS.Training.Corpora;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Options;

/// <summary>Your own texts as a task: which columns of a table hold what.</summary>
internal sealed class ColumnOptions
{
    public const string Classification = "classification";
    public const string Regression = "regression";
    public const string Embedding = "embedding";

    private readonly Option<string> _text = OptionFactory.Text("--text-column", "NAME", "of your own data: the text, by name or by number from 1");
    private readonly Option<string> _pair = OptionFactory.Text("--pair-column", "NAME", "of your own data: the second text");
    private readonly Option<string> _label = OptionFactory.Text("--label-column", "NAME", "of your own data: the class or value; of ner the tags");
    private readonly Option<string> _negative = OptionFactory.Text("--negative-column", "NAME", "of your own data, for embeddings: a text that looks alike and does not belong to the first");

    public IReadOnlyList<Option> All => [_text, _pair, _label];

    /// <summary>Those of a pair of texts.</summary>
    public IReadOnlyList<Option> OfTexts => [_text, _pair];

    /// <summary>The class, value or tag.</summary>
    public Option Label => _label;

    private (string Role, Option<string> Option)[] Roles => [("text", _text), ("pair", _pair), ("label", _label)];

    /// <summary>What only learning reads.</summary>
    public Option Negative => _negative;

    /// <summary>The columns that are given, by what they hold, as <see cref="FineTuningRecord.Columns"/> has them; what is not given is taken over from others.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="otherwise">What a model was tuned with.</param>
    public IReadOnlyDictionary<string, string> Given(ParseResult parse, IReadOnlyDictionary<string, string>? otherwise = null)
    {
        var columns = new Dictionary<string, string>(otherwise ?? new Dictionary<string, string>());
        foreach ((string role, Option<string> option) in Roles)
        {
            if (parse.GetValue(option) is { } column)
            {
                columns[role] = column;
            }
        }

        return columns;
    }

    /// <summary>The kind of a task by its name; null where the table of tasks has it.</summary>
    /// <param name="task">Its name.</param>
    /// <param name="columns">From <see cref="Given"/>.</param>
    /// <exception cref="ArgumentException">A column is not given, or is given for two purposes.</exception>
    public static TaskKind? KindOf(string task, IReadOnlyDictionary<string, string> columns)
    {
        if (task is not (Classification or Regression))
        {
            return null;
        }

        Column text = Of("text") ?? throw TaskOptions.Lacking("--text-column NAME");
        Column label = Of("label") ?? throw TaskOptions.Lacking("--label-column NAME");
        Column? pair = Of("pair");
        if (columns.GroupBy(column => column.Value).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"the column \"{twice.Key}\" is given as {string.Join(" and as ", twice.Select(column => $"--{column.Key}-column"))}; each needs a column of its own.");
        }

        return task == Regression ? TaskTable.Regression(text, pair, label) : TaskTable.Classification(text, pair, label);

        Column? Of(string role) => columns.TryGetValue(role, out string? column) ? Column.Parse(column) : null;
    }

    /// <summary>Where the two texts of a pair stand; null where it is not said.</summary>
    public (Column? Text, Column? Pair) Texts(ParseResult parse) => (Named(_text, parse), Named(_pair, parse));

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
