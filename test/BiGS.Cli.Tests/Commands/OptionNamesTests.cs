using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using BiGS.Cli.Output;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Messages of the library name its properties and methods; the command shows them as its options.</summary>
public partial class OptionNamesTests
{
    private static readonly string[] Libraries = ["BiGS", "BiGS.Search", "BiGS.Torch", "BiGS.Training", "BiGS.Server"];

    private static readonly Dictionary<string, Type> Types = Libraries.SelectMany(library => Assembly.Load(library).GetExportedTypes())
        .Where(type => !type.IsNested && !type.IsGenericType).ToDictionary(type => type.Name);

    public static TheoryData<string, string> Names { get; } = new(OptionNames.All.Select(pair => (pair.Key, pair.Value)));

    [Theory]
    [InlineData("name another (CorpusOptions.TextField)", "name another (--text-field)")]
    [InlineData("train with PretrainingOptions.Device = cpu.", "train with --device cpu.")]
    [InlineData("give CorpusOptions.Encoding or TableOptions.Encoding = latin1, or save it", "give --encoding latin1, or save it")]
    [InlineData("lower PretrainingOptions.MaxLength or PretrainingOptions.BatchSize", "lower --max-length or --batch-size")]
    [InlineData("write it with OnnxExport.Export.", "write it with bigs export --format onnx.")]
    [InlineData("give OnnxExport.Export(overwrite).", "give --overwrite.")]
    [InlineData("My.CorpusOptions.TextField, CorpusOptions.TextFields, OnnxExport.Exported", "My.CorpusOptions.TextField, CorpusOptions.TextFields, OnnxExport.Exported")]
    public void PropertiesAreShownAsOptions(string message, string shown) => Assert.Equal(shown, OptionNames.In(message));

    [Fact]
    public void ErrorsWarningsAndNotesAreShownSo()
    {
        var errors = new StringWriter();
        using var terminal = new Terminal(TextReader.Null, TextWriter.Null, errors);
        terminal.Fail(new InvalidDataException("a (CorpusOptions.TextField)"), withTrace: false);
        terminal.Warn(["b (TableOptions.Delimiter)"]);
        terminal.Note("c (SearchIndex.UpdateAsync)");
        Assert.Equal(["error: a (--text-field)", "warning: b (--delimiter)", "c (bigs index)"], errors.ToString().TrimEnd().Split('\n'));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheLibraryHasWhatTheTableNames(string name, string option)
    {
        Assert.NotEmpty(option);
        Match parts = Member().Match(name);
        Assert.True(parts.Success, name);
        Assert.True(Types.TryGetValue(parts.Groups["type"].Value, out Type? type), $"{name}: there is no such public type");
        MemberInfo[] members = type.GetMember(parts.Groups["member"].Value);
        Assert.Contains(members, member => member switch
        {
            PropertyInfo property => property.SetMethod is { IsPublic: true } || IsList(property.PropertyType),
            MethodInfo method => parts.Groups["parameter"] is not { Success: true, Value: var wanted } || method.GetParameters().Any(parameter => parameter.Name == wanted),
            _ => false,
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheCommandHasWhatTheTableGives(string name, string option)
    {
        Assert.NotEmpty(name);
        Command[] commands = [.. Commands(Root())];
        string[] words = option.Split(' ');
        if (words[0] == "bigs")
        {
            int verbs = words.Skip(1).TakeWhile(word => !word.StartsWith('-')).Count();
            commands = [.. commands.Where(command => command.Name == words[verbs] && command.Parents.OfType<Command>().Single().Name == (verbs > 1 ? words[verbs - 1] : Root().Name))];
            Assert.Single(commands);
        }

        Assert.All(words.Where(word => word.StartsWith('-')), word => Assert.Contains(commands, command => command.Options.Any(own => own.Name == word)));
    }

    [Fact]
    public void EveryMentionInTheLibraryIsInTheTable()
    {
        var mention = new Regex($@"(?<![\w.])(?:{string.Join('|', OptionNames.All.Keys.Select(name => name.Split('.')[0]).Concat(Types.Keys.Where(name => name.EndsWith("Options", StringComparison.Ordinal))).Distinct())})\.[A-Z]\w+(?:\(\w+\))?");
        string[] unknown = [.. Literals().SelectMany(literal => mention.Matches(literal.Text).Where(found => !OptionNames.All.ContainsKey(found.Value)).Select(found => $"{literal.File}: {found.Value}"))];
        Assert.Empty(unknown);
    }

    [Fact]
    public void EveryNameOfTheTableIsMentioned()
    {
        string all = string.Join('\n', Literals().Select(literal => literal.Text));
        Assert.All(OptionNames.All.Keys, name => Assert.Contains(name, all, StringComparison.Ordinal));
    }

    [Fact]
    public void TheLibraryNamesNoOptionAndNoVerb()
    {
        string[] options = [.. Commands(Root()).SelectMany(command => command.Options).Select(option => option.Name).Distinct()];
        string[] verbs = [.. Root().Subcommands.Select(command => $"bigs {command.Name}")];
        var named = new Regex($@"(?<![\w-])(?:{string.Join('|', options.Concat(verbs).Where(name => name.Length > 2).Select(Regex.Escape))})(?![\w-])");
        Assert.Empty(Literals().SelectMany(literal => named.Matches(literal.Text).Select(found => $"{literal.File}: {found.Value}")));
    }

    /// <summary>What is set by adding to it.</summary>
    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);

    private static RootCommand Root() => BigsProgram.Root(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null), new Option<bool>("--verbose"));

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);

    /// <summary>The text of the libraries' string literals, without what is put into them.</summary>
    private static IEnumerable<(string File, string Text)> Literals() =>
        from library in Libraries
        from file in Directory.EnumerateFiles(Path.Combine(Shared.Repository, "src", library), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        from line in File.ReadLines(file)
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match literal in Literal().Matches(Hole().Replace(line, "{}"))
        select (Path.GetFileName(file), literal.Groups[1].Value);

    [GeneratedRegex(@"^(?<type>\w+)\.(?<member>\w+)(?:\((?<parameter>\w+)\))?$")]
    private static partial Regex Member();

    /// <summary>What an interpolated string holds in braces, with the strings in it.</summary>
    [GeneratedRegex(@"\{(?:[^{}""]|""[^""]*"")*\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Literal();
}
