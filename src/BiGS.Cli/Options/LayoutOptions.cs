using System.CommandLine;
using BiGS.Files;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Cli.Options;

/// <summary>What the files of choices, tags and minimal pairs hold, where they are laid out otherwise than published sets.</summary>
internal sealed class LayoutOptions
{
    private const string ChoicesRole = "choices";

    private readonly Option<string> _context = OptionFactory.Text("--context-column", "NAME", "choice: what is read before the question, by name or by number from 1");
    private readonly Option<string> _question = OptionFactory.Text("--question-column", "NAME", "choice: what is asked, or how every answer begins");
    private readonly Option<string[]> _choices = OptionFactory.Paths("--choice-columns", "choice: the answers to choose from, such as A,B,C,D, or one column that holds an array of them");
    private readonly Option<string> _answer = OptionFactory.Text("--answer-column", "NAME", "choice: the right one: a number (from 0, or from 1 where one is as high as there are choices), a letter or the text");
    private readonly Option<string> _labels = OptionFactory.Text("--labels", "LIST", "ner: the tags' names in the order of their numbers, such as O,B-PER,I-PER, or a file with a name on each line");
    private readonly Option<string> _good = OptionFactory.Text("--good-column", "NAME", "blimp: the well-formed sentence (default sentence_good)");
    private readonly Option<string> _bad = OptionFactory.Text("--bad-column", "NAME", "blimp: the other sentence (default sentence_bad)");
    private readonly Option<string> _group = OptionFactory.Text("--group-column", "NAME", "blimp: what pairs are counted together by");

    public IReadOnlyList<Option> Choice => [_context, _question, _choices, _answer];

    public IReadOnlyList<Option> Tagging => [_labels];

    public IReadOnlyList<Option> Pairs => [_good, _bad, _group];

    private (string Role, Option<string> Option)[] Roles => [("context", _context), ("question", _question), ("answer", _answer)];

    /// <summary>The columns that are given, by what they hold, as <see cref="FineTuningRecord.Columns"/> has them, beside others.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="others">What is known of columns already.</param>
    public IReadOnlyDictionary<string, string> Given(ParseResult parse, IReadOnlyDictionary<string, string> others)
    {
        var columns = new Dictionary<string, string>(others);
        foreach ((string role, Option<string> option) in Roles)
        {
            if (IsGiven(parse, option))
            {
                columns[role] = parse.GetValue(option)!;
            }
        }

        if (IsGiven(parse, _choices))
        {
            columns[ChoicesRole] = string.Join(',', parse.GetValue(_choices)!);
        }

        return columns;
    }

    /// <summary>A kind that reads what is given; the kind itself where nothing is.</summary>
    /// <param name="kind">The task's.</param>
    /// <param name="parse">The command line.</param>
    /// <param name="columns">From <see cref="Given"/>.</param>
    /// <exception cref="ArgumentException">What is given is not enough, or the task has no use for it.</exception>
    public TaskKind Apply(TaskKind kind, ParseResult parse, IReadOnlyDictionary<string, string> columns)
    {
        IEnumerable<Option> useless = [.. kind is MultipleChoice ? [] : Choice, .. kind is TokenTagging ? [] : Tagging];
        if (useless.FirstOrDefault(option => IsGiven(parse, option)) is { } given)
        {
            throw new ArgumentException($"{given.Name} is of no use to this task; leave it out.");
        }

        return kind switch
        {
            MultipleChoice when columns.Count > 0 => new MultipleChoice { Columns = Choices(columns) },
            TokenTagging => new TokenTagging { TagNames = IsGiven(parse, _labels) ? Names(parse.GetValue(_labels)!) : null, TagColumn = Named(columns, "label") },
            _ => kind,
        };
    }

    /// <summary>The columns of minimal pairs; null for BLiMP's own.</summary>
    /// <exception cref="ArgumentException">One of the two sentences is given alone.</exception>
    public MinimalPairColumns? PairColumns(Func<Option<string>, string?> value) => (value(_good), value(_bad), value(_group)) switch
    {
        (null, null, null) => null,
        ({ } good, { } bad, var group) => new MinimalPairColumns(Column.Parse(good), Column.Parse(bad), group is null ? null : Column.Parse(group)),
        (null, null, { } group) => new MinimalPairColumns(Column.Named("sentence_good"), Column.Named("sentence_bad"), Column.Parse(group)),
        _ => throw TaskOptions.Lacking($"both {_good.Name} and {_bad.Name}"),
    };

    private ChoiceColumns Choices(IReadOnlyDictionary<string, string> columns)
    {
        string[] choices = columns.TryGetValue(ChoicesRole, out string? names) ? names.Split(',') : [];
        (Column? context, Column? question) = (Named(columns, "context"), Named(columns, "question"));
        return choices.Length > 0 && (context ?? question) is not null
            ? new ChoiceColumns(context, question, [.. choices.Select(Column.Parse)], Named(columns, "answer"))
            : throw TaskOptions.Lacking(choices.Length == 0 ? $"{_choices.Name} A,B,…" : $"{_question.Name} NAME");
    }

    private string[] Names(string labels)
    {
        string[] names = File.Exists(labels)
            ? [.. TextFile.Lines(labels).Select(line => line.Line.Trim()).Where(line => line.Length > 0)]
            : labels.Split(',', StringSplitOptions.TrimEntries);
        return names.Length == 0 || names.Contains("")
            ? throw new ArgumentException($"{_labels.Name} {labels} holds {(names.Length == 0 ? "no name" : "an empty name")}; give the tags' names, such as O,B-PER,I-PER.")
            : names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice
                ? throw new ArgumentException($"{_labels.Name} {labels} holds \"{twice.Key}\" {twice.Count()} times; each tag has one number.")
                : names;
    }

    private static bool IsGiven(ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    private static Column? Named(IReadOnlyDictionary<string, string> columns, string role) => columns.TryGetValue(role, out string? column) ? Column.Parse(column) : null;
}
