using System.Text;
using System.Text.RegularExpressions;

namespace BiGS.Search.Documents;

/// <summary>The rules of one .gitignore file (git-scm.com/docs/gitignore), for paths below the folder that it lies in.</summary>
internal sealed class GitIgnore
{
    /// <summary>What such files are called.</summary>
    public const string FileName = ".gitignore";

    private readonly List<(Regex Path, bool Negated, bool FoldersOnly)> _rules;

    public GitIgnore(IEnumerable<string> lines) => _rules = [.. lines.Select(Rule).OfType<(Regex, bool, bool)>()];

    /// <summary>Whether a path is ignored; null where no rule says anything about it. Of several rules the last one counts.</summary>
    /// <param name="path">From the folder of the file, with slashes.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public bool? Ignores(string path, bool isFolder)
    {
        for (int i = _rules.Count - 1; i >= 0; i--)
        {
            (Regex rule, bool negated, bool foldersOnly) = _rules[i];
            if ((isFolder || !foldersOnly) && rule.IsMatch(path))
            {
                return !negated;
            }
        }

        return null;
    }

    private static (Regex, bool, bool)? Rule(string line)
    {
        string pattern = WithoutTrailingSpaces(line.TrimEnd('\r'));
        if (pattern.Length == 0 || pattern[0] == '#')
        {
            return null;
        }

        bool negated = pattern[0] == '!';
        pattern = negated ? pattern[1..] : pattern;
        bool foldersOnly = pattern.EndsWith('/');
        pattern = foldersOnly ? pattern[..^1] : pattern;
        bool isAnchored = pattern.Contains('/');
        pattern = pattern.StartsWith('/') ? pattern[1..] : pattern;
        return pattern.Length == 0 ? null : Expression(isAnchored ? pattern : "**/" + pattern) is { } path ? (path, negated, foldersOnly) : null;
    }

    /// <summary>Spaces at the end do not count, unless a backslash stands before them.</summary>
    private static string WithoutTrailingSpaces(string line)
    {
        int end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !(end > 1 && line[end - 2] == '\\'))
        {
            end--;
        }

        return line[..end];
    }

    /// <summary>A pattern as a regular expression, one that never backtracks; null where nothing can match: brackets are not closed, or ranges run backwards.</summary>
    private static Regex? Expression(string pattern)
    {
        var expression = new StringBuilder("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            bool startsName = i == 0 || pattern[i - 1] == '/';
            ReadOnlySpan<char> rest = pattern.AsSpan(i);
            if (startsName && rest.StartsWith("**/"))
            {
                expression.Append("(?:.*/)?");
                i += 2;
            }
            else if (startsName && rest is "**")
            {
                expression.Append(".+");
                i++;
            }
            else if (pattern[i] == '*')
            {
                expression.Append("[^/]*");
                i += rest.Length > 1 && rest[1] == '*' ? 1 : 0;
            }
            else if (pattern[i] == '?')
            {
                expression.Append("[^/]");
            }
            else if (pattern[i] == '[')
            {
                int end = pattern.IndexOf(']', Math.Min(pattern.Length, i + (rest.Length > 1 && rest[1] is '!' or '^' ? 3 : 2)));
                if (end < 0)
                {
                    return null;
                }

                expression.Append(Class(pattern[(i + 1)..end]));
                i = end;
            }
            else
            {
                i += pattern[i] == '\\' && i + 1 < pattern.Length ? 1 : 0;
                expression.Append(Regex.Escape(pattern[i].ToString()));
            }
        }

        try
        {
            return new Regex(expression.Append('$').ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        }
        catch (ArgumentException)
        {
            return null; // a range from z to a: git, too, finds nothing in it
        }
    }

    private static string Class(string members)
    {
        bool negated = members[0] is '!' or '^';
        var listed = new StringBuilder();
        foreach ((int i, char member) in members[(negated ? 1 : 0)..].Index())
        {
            bool isLast = i == members.Length - (negated ? 2 : 1);
            listed.Append(member is '\\' or '[' or ']' or '^' || (member == '-' && isLast) ? "\\" : "").Append(member);
        }

        return negated ? $"[^/{listed}]" : $"[{listed}-[/]]";
    }
}
