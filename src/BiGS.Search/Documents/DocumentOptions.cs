namespace BiGS.Search.Documents;

/// <summary>How files are read.</summary>
internal sealed record DocumentOptions
{
    /// <summary>What a file may have by default: some thousand pages of plain text are one megabyte.</summary>
    public const long UsualMaxFileBytes = 64L << 20;

    /// <summary>
    /// The field of JSON objects, or the column of tables, that holds the text; a file without it cannot be read. Null for <c>text</c> where an object
    /// has that, and for all of its texts where it has not.
    /// </summary>
    public string? TextField { get; init; }

    /// <summary>The most bytes of a file, as it lies there and unpacked.</summary>
    public long MaxFileBytes { get; init; } = UsualMaxFileBytes;

    /// <summary>How long a file may take. Only the reader of PDF, whose pages may be drawn by small programs, is watched.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(5);
}
