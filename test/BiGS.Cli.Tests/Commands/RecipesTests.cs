using System.Diagnostics;
using BiGS.Cli.Output;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>The recipes in runs/: each command that they give is one that this program takes, and the plan in their heads is what it plans today.</summary>
public sealed class RecipesTests : IDisposable
{
    private static readonly string Folder = Path.Combine(Shared.Repository, "runs");

    private readonly TemporaryFolder _temporary = new();

    public static TheoryData<string> Recipes =>
        [.. Directory.GetFiles(Folder, "*.sh").Select(file => Path.GetFileName(file)!).Where(name => name is not ("recipe.sh" or "gpu-check.sh" or "english.sh" or "english-embed.sh" or "search-figures.sh"))];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void ThePapersBudgetsAreThere() =>
        Assert.Equal(["large-11B.sh", "large-29B.sh", "large-97B-ranks.sh", "large-97B.sh", "longer.sh"], Recipes.Select(row => row.Data).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Recipes))]
    public void EveryCommandIsOneThatIsTaken(string recipe)
    {
        string[][] commands = Commands(recipe);
        Assert.NotEmpty(commands);
        using var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null);
        Assert.All(commands, command => Assert.Null(BigsProgram.WhatIsWrong(command, terminal)));
        Assert.Contains(commands, command => command[0] == "pretrain" && command.Contains("--tokens"));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void ThePlanInTheHeadIsTodays(string recipe)
    {
        const string Asked = "$ ./bigs plan ";
        string[] head = [.. File.ReadLines(Path.Combine(Folder, recipe)).Skip(1).TakeWhile(line => line.StartsWith('#')).Select(line => line[1..].TrimStart(' ').Length > 0 ? line[2..] : "")];
        int[] plans = [.. head.Index().Where(line => line.Item.StartsWith(Asked, StringComparison.Ordinal)).Select(line => line.Index)];
        Assert.NotEmpty(plans);
        Assert.All(plans, at =>
        {
            string[] planned = Bigs.Run(["plan", .. head[at][Asked.Length..].Split(' ')]).Succeeded().Output.TrimEnd('\n').Split('\n');
            Assert.Equal(planned, head[(at + 1)..(at + 1 + planned.Length)]);
        });
    }

    /// <summary>What a recipe would run: a script that writes its arguments down stands in for the program, and one that runs the rest for mpirun.</summary>
    private string[][] Commands(string recipe)
    {
        string written = Path.Combine(_temporary.Path, "commands");
        string program = Script("bigs", $"""printf '%s\n' "$@" '' >> '{written}'""");
        Script("mpirun", """shift 2; exec "$@" """);
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder, recipe)]) { RedirectStandardError = true };
        start.Environment["BIGS"] = program;
        start.Environment["BIGS_CORPUS"] = "texts/*.txt.gz";
        start.Environment["BIGS_OUT"] = _temporary.Path;
        start.Environment["PATH"] = $"{_temporary.Path}:{start.Environment["PATH"]}";
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return [.. File.ReadAllText(written).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(command => command.Split('\n'))];
    }

    private string Script(string name, string body)
    {
        string path = Path.Combine(_temporary.Path, name);
        File.WriteAllText(path, $"#!/usr/bin/env bash\n{body}\n");
        using Process executable = Process.Start("chmod", ["+x", path]);
        executable.WaitForExit();
        return path;
    }
}
