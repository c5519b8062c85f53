using System.Globalization;
using System.Text.RegularExpressions;
using BiGS.Cli.Output;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>
/// What the documents tell people to type is what the program takes: every <c>bigs …</c> in a block of shell commands parses, and those in a
/// block marked <c>sh run</c> also run. A block of <c>text</c> right after such a block is the output: its words are compared, and its numbers
/// as closely as other processors reproduce them.
/// </summary>
public partial class DocumentedCommandsTests
{
    private static readonly FencedBlock[][] Blocks = [.. Documents.All.Select(file => Documents.Blocks(file).ToArray())];

    public static TheoryData<string> Files => [.. Documents.All.Where(file => Documents.Blocks(file).Any(block => block.IsShell))];

    public static TheoryData<string, int> RunBlocks
    {
        get
        {
            var blocks = new TheoryData<string, int>();
            foreach (FencedBlock block in Blocks.SelectMany(file => file).Where(block => block.Runs))
            {
                blocks.Add(block.File, block.Line);
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryDocumentedCommandParses(string file)
    {
        using var terminal = new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null);
        Assert.All(
            Documents.Blocks(file).Where(block => block.IsShell).SelectMany(block => ShellLine.CallsOfBigs(block.Text)),
            arguments => Assert.True(BigsProgram.WhatIsWrong(arguments, terminal) is not string wrong, $"bigs {string.Join(' ', arguments)}: {BigsProgram.WhatIsWrong(arguments, terminal)}"));
    }

    [Theory]
    [MemberData(nameof(RunBlocks))]
    public void EveryCommandMarkedRunSucceeds(string file, int line)
    {
        FencedBlock[] blocks = [.. Documents.Blocks(file)];
        int at = Array.FindIndex(blocks, block => block.Line == line);
        string[][] commands = [.. ShellLine.CallsOfBigs(blocks[at].Text)];
        Assert.NotEmpty(commands);
        string output = string.Concat(commands.Select(arguments => Bigs.Run(arguments).Succeeded().Output));
        int linesOfBlock = blocks[at].Text.Count(c => c == '\n') + 2;
        if (at + 1 < blocks.Length && blocks[at + 1].Info == "text" && blocks[at + 1].Line <= line + linesOfBlock + 1)
        {
            AssertSameOutput(blocks[at + 1].Text, output);
        }
    }

    [Fact]
    public void EveryVerbHasAnExampleInTheGuide()
    {
        string help = Bigs.Run("--help").Succeeded().Output;
        string[] verbs = [.. VerbInHelp().Matches(help[..help.IndexOf("\nOptions", StringComparison.Ordinal)]).Select(match => match.Groups[1].Value)];
        Assert.Contains("pretrain", verbs);
        Assert.Superset(
            verbs.ToHashSet(),
            Documents.Blocks(Path.Combine("docs", "cli.md")).Where(block => block.IsShell).SelectMany(block => ShellLine.CallsOfBigs(block.Text))
                .Where(arguments => arguments.Length > 0).Select(arguments => arguments[0]).ToHashSet());
    }

    [Fact]
    public void CallsAreFoundAmongOtherCommands()
    {
        const string Script = """
            ./bigs "a 'b' c" 'x y' # ./bigs not this
            apt install bigs
            mpirun -n 4 ./bigs pretrain --out x \
              --resume < in.txt > out.txt && C=$(pwd) ./bigs embed "one two" | head
            """;
        Assert.Equal(
            ["a 'b' c|x y", "pretrain|--out|x|--resume", "embed|one two"],
            ShellLine.CallsOfBigs(Script).Select(arguments => string.Join('|', arguments)));
    }

    [Fact]
    public void AnotherOutputIsSeen()
    {
        AssertSameOutput("  are  0.4168  ███\n", "  are  0.4170  ██\n");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertSameOutput("  are  0.4168\n", "  is  0.4168\n"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertSameOutput("  are  0.4168\n", "  are  0.5168\n"));
    }

    private static void AssertSameOutput(string documented, string actual)
    {
        string[] expected = Words(documented);
        string[] found = Words(actual);
        Assert.True(expected.Length == found.Length, $"expected:\n{documented}\nfound:\n{actual}");
        foreach ((string wanted, string word) in expected.Zip(found))
        {
            bool same = IsNumber(wanted, out double a) && IsNumber(word, out double b) ? Math.Abs(a - b) <= 0.01 + (0.02 * Math.Abs(a)) : wanted == word;
            Assert.True(same, $"expected {wanted}, found {word} in:\n{actual}");
        }
    }

    /// <summary>Words and numbers; bars are drawn from the numbers beside them.</summary>
    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] is < '▀' or > '▟').ToArray();

    private static bool IsNumber(string word, out double number) => double.TryParse(word, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"^  ([a-z-]+) {2,}", RegexOptions.Multiline)]
    private static partial Regex VerbInHelp();
}
