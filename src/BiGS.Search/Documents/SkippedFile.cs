namespace BiGS.Search.Documents;

/// <summary>Why a file, or a folder with all that is in it, is not searched.</summary>
public enum SkipReason
{
    /// <summary>Its name begins with a dot.</summary>
    Hidden,

    /// <summary>A .gitignore file leaves it out.</summary>
    Ignored,

    /// <summary>A folder that programs fill with what they install or build, by its name: <c>node_modules</c>, <c>bin</c>, <c>obj</c>, <c>__pycache__</c>.</summary>
    BuildOutput,

    /// <summary>A link to a folder, which could lead round in a circle, or a link that leads nowhere.</summary>
    Link,

    /// <summary>No kind of document that can be read has its extension.</summary>
    UnknownKind,

    /// <summary>Its bytes are not text, whatever its extension says.</summary>
    Binary,

    /// <summary>Larger than <see cref="IndexOptions.MaxFileBytes"/>, as it lies there or unpacked.</summary>
    TooLarge,

    /// <summary>It opens only with a password.</summary>
    Encrypted,

    /// <summary>It is empty, or holds pictures only, as a scanned document does.</summary>
    NoText,

    /// <summary>It is damaged, may not be read, or lacks the field that holds the text.</summary>
    Unreadable,
}

/// <summary>A file or folder that is not searched.</summary>
/// <param name="Path">As it leads there from the folder that is searched; of a folder with a slash at its end.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">A sentence that names the place in the file, or the limit, and what to do.</param>
public sealed record SkippedFile(string Path, SkipReason Reason, string Detail)
{
    /// <summary>How many there are of each reason, the most frequent first, as in "3 hidden, 1 too large".</summary>
    internal static string Counts(IEnumerable<SkippedFile> files) => string.Join(
        ", ", files.CountBy(file => file.Reason).OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key).Select(reason => $"{reason.Value:N0} {Name(reason.Key)}"));

    /// <summary>A reason as people read it, after a number.</summary>
    internal static string Name(SkipReason reason) => reason switch
    {
        SkipReason.Hidden => "hidden",
        SkipReason.Ignored => "ignored by .gitignore",
        SkipReason.BuildOutput => "built or installed",
        SkipReason.Link => "linked",
        SkipReason.UnknownKind => "of another kind",
        SkipReason.Binary => "binary",
        SkipReason.TooLarge => "too large",
        SkipReason.Encrypted => "encrypted",
        SkipReason.NoText => "without text",
        _ => "unreadable",
    };
}
