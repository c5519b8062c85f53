using System.Text.RegularExpressions;
using BiGS.Support;

namespace BiGS.Cli.Tests.Layout;

/// <summary>
/// What the compiler does not guard: which namespaces inside a project may use which, and the rules that every file keeps. That one project sees
/// only those above it is the compiler's work, by the project references.
/// </summary>
public partial class LayoutTests
{
    /// <summary>For each project, its folders in order: what each may use of the same project, and does use.</summary>
    private static readonly Dictionary<string, Dictionary<string, string[]>> Allowed = new()
    {
        ["BiGS"] = new()
        {
            ["Configuration"] = [],
            ["Files"] = [],
            ["StateSpace"] = [],
            ["Tokenizers"] = ["Files"],
            ["Weights"] = ["Configuration", "Files", "Tokenizers"],
            ["SentenceTransformers"] = ["Tokenizers", "Weights"],
            ["Onnx"] = ["Configuration", "Files", "StateSpace", "Weights", "SentenceTransformers"],
            ["Inference"] = ["Configuration", "StateSpace", "Tokenizers", "Onnx"],
            ["Pipelines"] = ["Configuration", "Tokenizers", "Weights", "SentenceTransformers", "Inference"],
        },
        ["BiGS.Search"] = new()
        {
            ["Documents"] = [],
            ["."] = ["Documents"],
        },
        ["BiGS.Torch"] = new()
        {
            ["Ssm"] = [],
            ["Models"] = ["Ssm"],
            ["Checkpoints"] = ["Ssm", "Models"],
            ["Inference"] = ["Models", "Checkpoints"],
            ["Onnx"] = ["Models", "Checkpoints"],
        },
        ["BiGS.Training"] = new()
        {
            ["Corpora"] = [],
            ["Data"] = ["Corpora"],
            ["Distributed"] = [],
            ["Evaluation"] = ["Corpora", "Data"],
            ["."] = ["Corpora", "Data", "Distributed", "Evaluation"],
            ["FineTuning"] = ["Corpora", "Data", "Evaluation", "."],
            ["Distillation"] = ["Corpora", "Data", "Distributed", "Evaluation", ".", "FineTuning"],
            ["Planning"] = ["Data", "Distributed", "Evaluation", "."],
            ["Studies"] = ["Corpora", "Data", "Evaluation", ".", "FineTuning"],
        },
        ["BiGS.Server"] = new()
        {
            ["."] = [],
        },
        ["BiGS.Cli"] = new()
        {
            ["Bench"] = [],
            ["Doctor"] = [],
            ["Output"] = ["Bench", "Doctor"],
            ["Options"] = ["Output"],
            ["Evaluations"] = ["Output", "Options"],
            ["Plots"] = ["Bench", "Output", "Options"],
            ["Reports"] = ["Plots"],
            ["Mcp"] = [],
            ["Commands"] = ["Bench", "Doctor", "Output", "Options", "Evaluations", "Plots", "Reports", "Mcp"],
            ["."] = ["Output", "Options", "Commands"],
        },
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_namespace_uses_what_the_table_says_and_nothing_else(string project)
    {
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> graph = NamespaceGraph.Of(AssemblyOf(project));
        foreach ((string from, IReadOnlyDictionary<string, string> used) in graph)
        {
            Assert.True(Allowed[project].TryGetValue(Short(project, from), out string[]? allowed), $"{from} is not in the table: add it with what it uses");
            string[] unexpected = [.. used.Keys.Select(to => Short(project, to)).Except(allowed)];
            Assert.True(unexpected.Length == 0, $"{from} uses {string.Join(", ", unexpected.Select(to => $"{to} ({used[Full(project, to)]})"))}");
            string[] unused = [.. allowed.Except(used.Keys.Select(to => Short(project, to)))];
            Assert.True(unused.Length == 0, $"{from} may use {string.Join(", ", unused)} and does not: strike it from the table");
        }

        Assert.Equal(graph.Keys.Select(name => Short(project, name)).Order(), Allowed[project].Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_namespace_uses_itself_through_others(string project) => Assert.Null(NamespaceGraph.FindCycle(NamespaceGraph.Of(AssemblyOf(project))));

    [Fact]
    public void A_cycle_is_found_where_there_is_one()
    {
        IReadOnlyDictionary<string, string> To(string name) => new Dictionary<string, string> { [name] = "" };
        var graph = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["a"] = To("b"), ["b"] = To("c"), ["c"] = To("b") };
        Assert.Equal(["b", "c", "b"], NamespaceGraph.FindCycle(graph)!);
        graph["c"] = new Dictionary<string, string>();
        Assert.Null(NamespaceGraph.FindCycle(graph));
    }

    [Fact]
    public void Every_project_is_in_the_table() =>
        Assert.Equal(Directory.GetDirectories(Source).Select(folder => Path.GetFileName(folder)!).Order(), Allowed.Keys.Order());

    /// <summary>The package for those who only use a model stays small: nothing of libtorch, ASP.NET Core, HDF5 or Parquet.</summary>
    [Theory]
    [InlineData("BiGS")]
    [InlineData("BiGS.Search")]
    public void What_answers_needs_no_libtorch_web_server_or_data_format(string project)
    {
        using var assembly = Mono.Cecil.AssemblyDefinition.ReadAssembly(AssemblyOf(project));
        string[] unwanted = ["TorchSharp", "Microsoft.AspNetCore", "PureHDF", "Parquet", "System.CommandLine", "Spectre.Console", "SkiaSharp"];
        Assert.DoesNotContain(assembly.MainModule.AssemblyReferences, reference => unwanted.Any(name => reference.Name.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Namespaces_follow_the_folders() => Assert.All(Sources(), source =>
    {
        string[] parts = Path.GetRelativePath(Source, source.File).Split(Path.DirectorySeparatorChar);
        string expected = parts.Length == 2 || parts[0].EndsWith($".{parts[1]}", StringComparison.Ordinal) ? parts[0] : $"{parts[0]}.{parts[1]}";
        string[] declared = [.. Namespaces().Matches(source.Code).Select(match => match.Groups[1].Value)];
        Assert.True(declared.All(name => name == expected), $"{source.File} declares {string.Join(", ", declared)}; its folder says {expected}");
    });

    [Fact]
    public void Only_the_command_prints() => Assert.All(Sources().Where(source => !source.File.Contains("/BiGS.Cli/", StringComparison.Ordinal)), source =>
        Assert.False(Printing().IsMatch(source.Code), $"{source.File} uses the console; report through values and IProgress<T>"));

    [Fact]
    public void A_file_is_one_idea_of_at_most_300_lines() => Assert.All(Sources(), source =>
        Assert.True(File.ReadLines(source.File).Count() <= 300, $"{source.File} has {File.ReadLines(source.File).Count()} lines"));

    [Fact]
    public void Nothing_is_named_Utils_Helper_or_Common() => Assert.All(Sources(), source =>
    {
        string path = Path.GetRelativePath(Source, source.File);
        Assert.False(EmptyNames().IsMatch(path), $"{path}: a folder or file is named after what it is for");
        Assert.All(Types().Matches(source.Code), type => Assert.False(EmptyNames().IsMatch(type.Groups[1].Value), $"{path}: {type.Groups[1].Value} says nothing; name the idea"));
    });

    /// <summary>The searches above find what they look for.</summary>
    [Theory]
    [InlineData("Console.WriteLine(1);", true)]
    [InlineData("System.Console.Error.Write(1);", true)]
    [InlineData("AnsiConsole.Markup(\"x\");", true)]
    [InlineData("int consoles = 3;", false)]
    public void Printing_is_recognised(string code, bool prints) => Assert.Equal(prints, Printing().IsMatch(code));

    private static string Source { get; } = Path.Combine(Shared.Repository, "src");

    private static string AssemblyOf(string project) => Path.Combine(AppContext.BaseDirectory, $"{project}.dll");

    private static string Short(string project, string name) => name == project ? "." : name[(project.Length + 1)..];

    private static string Full(string project, string name) => name == "." ? project : $"{project}.{name}";

    private static IEnumerable<(string File, string Code)> Sources() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "buildTransitive"))
        .Order(StringComparer.Ordinal)
        .Select(file => (file, WithoutComments(File.ReadAllText(file))));

    private static string WithoutComments(string code) => Comments().Replace(code, "");

    [GeneratedRegex(@"(?m)^\s*//.*$|\s//.*$")]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?m)^namespace ([\w.]+)")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"\b(Ansi)?Console\b")]
    private static partial Regex Printing();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(\w+)")]
    private static partial Regex Types();

    [GeneratedRegex(@"Utils|Utilit|Helper|Common(?![a-z])")]
    private static partial Regex EmptyNames();
}
