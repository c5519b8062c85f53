using System.Text.RegularExpressions;

namespace BiGS.Support;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="File">The file, relative to the repository.</param>
/// <param name="Line">The line of its opening fence, from 1.</param>
/// <param name="Info">What stands behind the fence: the language and further words.</param>
/// <param name="Text">The lines inside.</param>
internal sealed record FencedBlock(string File, int Line, string Info, string Text)
{
    /// <summary>Whether the block holds shell commands.</summary>
    public bool IsShell => Info.Split(' ')[0] == "sh";

    /// <summary>Whether its commands need nothing but the repository, end soon, and are run by a test.</summary>
    public bool Runs => Info == "sh run";
}

/// <summary>The documents that people read: README.md, CONTRIBUTING.md and everything in docs/.</summary>
internal static partial class Documents
{
    /// <summary>Paths relative to the repository, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. ((string[])["README.md", "CONTRIBUTING.md"]).Where(name => File.Exists(Path.Combine(Shared.Repository, name))),
        .. Directory.GetFiles(Path.Combine(Shared.Repository, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Shared.Repository, file)).Order(StringComparer.Ordinal),
    ];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Shared.Repository, file));

    public static IReadOnlyList<FencedBlock> Blocks(string file)
    {
        string text = Read(file);
        return [.. Fence().Matches(text).Select(match => new FencedBlock(
            file, text[..match.Index].Count(c => c == '\n') + 1, match.Groups["info"].Value.Trim(), match.Groups["text"].Value))];
    }

    [GeneratedRegex(@"^ *```(?<info>[^\n]*)\n(?<text>.*?)^ *```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
