using System.Diagnostics;
using BiGS.Search.Documents;
using BiGS.Support;

namespace BiGS.Search.Tests.Documents;

public sealed class GitIgnoreTests
{
    [Theory]
    [InlineData("*.log", "a/b.log", true)]
    [InlineData("*.log", "a.log.txt", false)]
    [InlineData("/a.txt", "b/a.txt", false)]
    [InlineData("/a.txt", "a.txt", true)]
    [InlineData("b/a.txt", "c/b/a.txt", false)]
    [InlineData("**/b/a.txt", "c/b/a.txt", true)]
    [InlineData("a/**/d.txt", "a/d.txt", true)]
    [InlineData("a/**/d.txt", "a/b/c/d.txt", true)]
    [InlineData("a/**", "a/b/c.txt", true)]
    [InlineData("a?c.[tT]xt", "abc.Txt", true)]
    [InlineData("[!a].txt", "a.txt", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData(@"\#a.txt", "#a.txt", true)]
    [InlineData(@"\!a.txt", "!a.txt", true)]
    [InlineData("#a.txt", "#a.txt", false)]
    [InlineData("a.txt  ", "a.txt", true)]
    [InlineData(@"a.txt\ ", "a.txt ", true)]
    [InlineData("a.txt/", "a.txt", false)]
    [InlineData("*.txt\n!a.txt", "a.txt", false)]
    [InlineData("!a.txt\n*.txt", "a.txt", true)]
    [InlineData("[a.txt", "[a.txt", false)]
    [InlineData("[z-a].txt", "m.txt", false)]
    [InlineData("[a-].txt", "-.txt", true)]
    [InlineData("a[+-0]b", "a/b", false)]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void Patterns_mean_what_git_means(string rules, string path, bool ignored) =>
        Assert.Equal(ignored, new GitIgnore(rules.Split('\n')).Ignores(path, isFolder: false) == true);

    /// <summary>Random rules at two levels over a tree of files: git itself lists the same.</summary>
    [Fact]
    public void The_same_files_are_left_as_git_lists()
    {
        var random = new Random(11);
        for (int round = 0; round < 25; round++)
        {
            using var folder = new TemporaryFolder();
            foreach (string path in from one in (string[])["a", "b", "ab"] from two in (string[])["a", "c", "b"] from name in (string[])["a.txt", "b.txt", "ab.md", "c.txt"] select $"{one}/{two}/{name}")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, path))!);
                File.WriteAllText(Path.Combine(folder.Path, path), "text");
            }

            string Rules() => string.Join('\n', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pattern(random)));
            File.WriteAllText(Path.Combine(folder.Path, ".gitignore"), Rules());
            File.WriteAllText(Path.Combine(folder.Path, "a", ".gitignore"), Rules());
            Git(folder.Path, "init", "-q");
            string[] expected = [.. Git(folder.Path, "-c", "core.quotePath=false", "-c", "core.excludesFile=", "ls-files", "--others", "--exclude-standard").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(file => !file.EndsWith(".gitignore", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            FolderContents found = DocumentFiles.Of(folder.Path, new DocumentOptions(), own: ".bigs", mayBeNone: true);
            Assert.True(expected.SequenceEqual(found.Files), $"round {round}:\n{File.ReadAllText(Path.Combine(folder.Path, ".gitignore"))}\n--- a/\n{File.ReadAllText(Path.Combine(folder.Path, "a", ".gitignore"))}\ngit: {string.Join(' ', expected)}\nhere: {string.Join(' ', found.Files)}");

            // A search of one folder of the repository stands under the rules above it.
            string[] within = [.. expected.Where(file => file.StartsWith("a/", StringComparison.Ordinal)).Select(file => file[2..])];
            if (within.Length > 0)
            {
                Assert.Equal(within, DocumentFiles.Of(Path.Combine(folder.Path, "a"), new DocumentOptions(), own: ".bigs").Files);
            }
        }
    }

    private static string Pattern(Random random)
    {
        string[] parts = ["a", "[a-b]", "b", "ab", "a*", "?", "*", "**", "[ab]", "[!a]", "*.txt", "a.txt", "*b.*", "c"];
        string pattern = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.GetItems(parts, 1)[0]));
        return (random.Next(4) == 0 ? "!" : "") + (random.Next(4) == 0 ? "/" : "") + pattern + (random.Next(4) == 0 ? "/" : "");
    }

    private static string Git(string folder, params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardOutput = true })!;
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
