using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace BiGS.Weights;

/// <summary>A repository of the hub at a revision: <c>owner/name@revision</c>.</summary>
public sealed partial record HubName
{
    public const string DefaultRevision = "main";

    private HubName(string repository, string revision)
    {
        Repository = repository;
        Revision = revision;
    }

    /// <summary>owner/name; a few old models of the hub have a name only.</summary>
    public string Repository { get; }

    /// <summary>A branch, a tag, or a commit of 40 hex digits.</summary>
    public string Revision { get; }

    internal bool IsCommit => IsCommitHash(Revision);

    /// <summary>The tokenizer that the authors' models were trained with: the repository's name today, and the one that mirrors may know.</summary>
    internal static IReadOnlyList<HubName> AuthorsTokenizers { get; } =
        [new HubName("google-bert/bert-large-uncased", DefaultRevision), new HubName("bert-large-uncased", DefaultRevision)];

    /// <summary>Whether a text has the form owner/name or owner/name@revision; nothing is asked of the hub.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubName? name)
    {
        string[] parts = text.Split('@', 2);
        string revision = parts.Length > 1 ? parts[1] : DefaultRevision;
        bool fits = OwnerAndName().IsMatch(parts[0]) && !parts[0].Contains("--", StringComparison.Ordinal)
            && !parts[0].Contains("..", StringComparison.Ordinal) && Revisions().IsMatch(revision) && HubFileName.IsSafe(revision);
        name = fits ? new HubName(parts[0], revision) : null;
        return fits;
    }

    /// <exception cref="ArgumentException">The text has another form.</exception>
    public static HubName Parse(string text) => TryParse(text, out HubName? name)
        ? name
        : throw new ArgumentException($"\"{text}\" is no model of the hub; expected owner/name or owner/name@revision.");

    public override string ToString() => Revision == DefaultRevision ? Repository : $"{Repository}@{Revision}";

    internal static bool IsCommitHash(string text) => Commits().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex OwnerAndName();

    [GeneratedRegex(@"\A[A-Za-z0-9._/+-]{1,200}\z")]
    private static partial Regex Revisions();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commits();
}
