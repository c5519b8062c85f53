using System.Text.RegularExpressions;
using BiGS.Support;

namespace BiGS.Cli.Tests.Build;

/// <summary>Every link from one document of the repository to another leads to a file, and to a heading of it where it names one.</summary>
public partial class DocumentLinksTests
{
    public static TheoryData<string> Files => [.. Documents.All, .. (string[])[Path.Combine("models", "english", "README.md"), Path.Combine("test", "Golden", "README.md")]];

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryLinkLeadsSomewhere(string file) => Assert.All(
        Link().Matches(Code().Replace(Documents.Read(file), "")).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)),
        link =>
        {
            string[] parts = link.Split('#', 2);
            string target = parts[0].Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, parts[0]);
            string path = Path.GetFullPath(target, Shared.Repository);
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{file} links to {link}, and there is no such file");
            Assert.True(
                parts.Length == 1 || Headings(File.ReadAllText(path)).Contains(parts[1]),
                $"{file} links to {link}, and that file has no such heading");
        });

    /// <summary>The anchors that GitHub gives to headings: lower case, without punctuation, hyphens for blanks.</summary>
    private static IEnumerable<string> Headings(string text) => Heading().Matches(Code().Replace(text, ""))
        .Select(match => Punctuation().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
