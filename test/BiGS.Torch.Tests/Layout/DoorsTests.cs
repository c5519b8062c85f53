using System.Text.RegularExpressions;
using BiGS.Support;

namespace BiGS.Torch.Tests.Layout;

/// <summary>The plan of the house: which room may look into which, and the rules that every room keeps.</summary>
public partial class DoorsTests
{
    /// <summary>Doors open one way, in the order of the data.</summary>
    private static readonly Dictionary<string, string[]> Doors = new()
    {
        ["Files"] = [],
        ["Corpora"] = ["Files"],
        ["Tokenizers"] = ["Files"],
        ["StateSpace"] = [],
        ["Ssm"] = ["StateSpace"],
        ["Distributed"] = [],
        ["Questions"] = ["Tokenizers"],
        ["Batches"] = ["Files", "Corpora", "Tokenizers"],
        ["Models"] = ["Batches", "StateSpace", "Ssm"],
        ["Checkpoints"] = ["Files", "Models", "Tokenizers", "Ssm"],
        ["Evaluation"] = ["Corpora", "Tokenizers", "Batches", "Ssm", "Models"],
        ["Training"] = ["Files", "Corpora", "Tokenizers", "Batches", "Ssm", "Models", "Checkpoints", "Distributed", "Evaluation"],
        ["Planning"] = ["Batches", "Ssm", "Models", "Distributed", "Evaluation", "Training"],
        ["FineTuning"] = ["Files", "Corpora", "Tokenizers", "Batches", "Ssm", "Models", "Checkpoints", "Distributed", "Questions", "Evaluation", "Training", "Pipelines"],
        ["Studies"] = ["Files", "Corpora", "Tokenizers", "Batches", "Ssm", "Models", "Checkpoints", "Training", "Evaluation", "FineTuning"],
        ["Onnx"] = ["Files", "Tokenizers", "StateSpace", "Models", "Checkpoints"],
        ["Pipelines"] = ["Tokenizers", "Batches", "Models", "Checkpoints", "Ssm", "Questions", "Evaluation", "Onnx"],
        ["Search"] = ["Files", "Corpora", "Tokenizers", "Models", "Checkpoints", "Evaluation", "Pipelines"],
        ["Plots"] = ["Ssm", "Models", "Training", "Evaluation"],
    };

    private static readonly string Library = Path.Combine(Shared.Repository, "src", "BiGS");

    public static TheoryData<string> Rooms => [.. Directory.GetDirectories(Library).Select(folder => Path.GetFileName(folder)!).Where(IsRoom)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ARoomLooksOnlyWhereItsDoorsLead(string room)
    {
        Assert.True(Doors.TryGetValue(room, out string[]? open), $"src/BiGS/{room} is not on the plan: add it to the table with the doors it needs.");
        foreach ((string file, string code) in Sources(Path.Combine(Library, room)))
        {
            string[] seen = [.. NamesOfRooms().Matches(code).Select(match => match.Groups[1].Value).Where(Doors.ContainsKey).Distinct()];
            Assert.All(seen, other => Assert.True(
                other == room || open.Contains(other), $"{file} looks into {other}; {room} may look into {(open.Length > 0 ? string.Join(", ", open) : "no other room")}."));
        }
    }

    [Fact]
    public void NoRoomLooksBackIntoOneThatSeesIt()
    {
        bool Leads(string from, string to) => Doors[from].Any(next => next == to || Leads(next, to));
        Assert.All(Doors.Keys, room => Assert.False(Leads(room, room), $"the doors of {room} lead in a circle"));
        Assert.All(Doors.Values.SelectMany(open => open), room => Assert.True(Doors.ContainsKey(room), room));
    }

    [Fact]
    public void NamespacesAreTheRooms()
    {
        foreach ((string file, string code) in Sources(Library))
        {
            string[] parts = Path.GetRelativePath(Library, file).Split(Path.DirectorySeparatorChar);
            Assert.True(parts.Length > 1, $"{file} stands in no room");
            string[] namespaces = [.. Namespaces().Matches(code).Select(match => match.Groups[1].Value)];
            Assert.True(namespaces is [var only] && only == $"BiGS.{parts[0]}", $"{file} has the namespace {string.Join(" and ", namespaces)}");
        }
    }

    [Fact]
    public void TheLibraryNeverPrints() => Assert.All(Sources(Library), source =>
        Assert.False(Printing().IsMatch(source.Code), $"{source.File} uses the console; report through values and IProgress<T>."));

    [Fact]
    public void AFileIsAnIdeaOfAtMost300Lines() => Assert.All(Sources(Path.Combine(Shared.Repository, "src")), source =>
        Assert.True(File.ReadLines(source.File).Count() <= 300, $"{source.File} has {File.ReadLines(source.File).Count()} lines; one idea a file, at most 300 lines."));

    [Fact]
    public void NothingIsCalledAfterNothing() => Assert.All(Sources(Path.Combine(Shared.Repository, "src")), source =>
    {
        string path = Path.GetRelativePath(Shared.Repository, source.File);
        Assert.False(EmptyNames().IsMatch(path), $"{path}: a folder or file is named after what it is for, not Utils, Helpers or Common.");
        Assert.All(Types().Matches(source.Code), type =>
            Assert.False(EmptyNames().IsMatch(type.Groups[1].Value), $"{path}: {type.Groups[1].Value} says nothing; name the idea."));
    });

    /// <summary>The tests above can fail: what they look for is found where it stands.</summary>
    [Theory]
    [InlineData("using BiGS.Training;", "Training")]
    [InlineData("global using static BiGS.Models.Presets;", "Models")]
    [InlineData("using Shapes = BiGS.Models.Presets;", "Models")]
    [InlineData("        return new BiGS.Batches.RowOrder(3, 4);", "Batches")]
    [InlineData("// BiGS.Training is not meant", null)]
    [InlineData("string s = \"BiGS.Training\"; // BiGS.Models", "Training")]
    [InlineData("namespace BiGS.Models;", "Models")]
    [InlineData("\"BiGSForMaskedLM\"", null)]
    public void ALookIntoARoomIsSeen(string code, string? room) =>
        Assert.Equal(room, NamesOfRooms().Matches(WithoutComments(code)).Select(match => match.Groups[1].Value).FirstOrDefault());

    [Theory]
    [InlineData("Console.WriteLine(1);", true)]
    [InlineData("System.Console.Error.Write(1);", true)]
    [InlineData("using static System.Console;", true)]
    [InlineData("AnsiConsole.Markup(\"x\");", true)]
    [InlineData("int consoles = 3;", false)]
    public void PrintingIsSeen(string code, bool prints) => Assert.Equal(prints, Printing().IsMatch(code));

    private static bool IsRoom(string name) => name is not ("bin" or "obj");

    private static IEnumerable<(string File, string Code)> Sources(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Path.GetRelativePath(Shared.Repository, file).Split(Path.DirectorySeparatorChar).All(IsRoom))
            {
                yield return (file, WithoutComments(File.ReadAllText(file)));
            }
        }
    }

    private static string WithoutComments(string code) => Comments().Replace(code, "");

    [GeneratedRegex(@"(?m)^\s*//.*$|\s//.*$")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\bBiGS\.(\w+)")]
    private static partial Regex NamesOfRooms();

    [GeneratedRegex(@"(?m)^namespace ([\w.]+)")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"\b(Ansi)?Console\b")]
    private static partial Regex Printing();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(\w+)")]
    private static partial Regex Types();

    [GeneratedRegex(@"Utils|Utilit|Helper|Common(?![a-z])")]
    private static partial Regex EmptyNames();
}
