namespace BiGS.Search.Documents;

/// <summary>The .gitignore files that a folder stands under: its own, and those of the folders above it, of which the nearest one with a rule for a path decides.</summary>
internal sealed class IgnoreRules
{
    private readonly IgnoreRules? _above;
    private readonly GitIgnore? _own;
    private readonly string _prefix;

    /// <param name="above">Of the folder that this one is in; null where git would look no further.</param>
    /// <param name="own">Of this folder; null where it has none.</param>
    /// <param name="name">Of this folder.</param>
    private IgnoreRules(IgnoreRules? above, GitIgnore? own, string name) => (_above, _own, _prefix) = (above, own, name + "/");

    /// <summary>The rules at the root of a search: those of its repository count, if it lies in one, but for what they say of the root itself.</summary>
    public static IgnoreRules At(string root)
    {
        var folder = new DirectoryInfo(Path.GetFullPath(root));
        bool isRepository = Path.Exists(Path.Combine(folder.FullName, ".git"));
        IgnoreRules? above = isRepository || !IsInRepository(folder.Parent) ? null : At(folder.Parent!.FullName);
        return new IgnoreRules(above, Load(folder.FullName), folder.Name);
    }

    /// <summary>The rules in a folder of this one.</summary>
    public IgnoreRules Below(string path, string name) => new(this, Load(path), name);

    /// <summary>Whether an entry of this folder is ignored.</summary>
    public bool Ignores(string name, bool isFolder)
    {
        string path = name;
        for (IgnoreRules? rules = this; rules is not null; rules = rules._above)
        {
            if (rules._own?.Ignores(path, isFolder) is { } decided)
            {
                return decided;
            }

            path = rules._prefix + path;
        }

        return false;
    }

    private static bool IsInRepository(DirectoryInfo? folder) => folder is not null && (Path.Exists(Path.Combine(folder.FullName, ".git")) || IsInRepository(folder.Parent));

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    private static GitIgnore? Load(string folder)
    {
        string path = Path.Combine(folder, GitIgnore.FileName);
        return File.Exists(path) ? new GitIgnore(File.ReadLines(path)) : null;
    }
}
