namespace BiGS.Support;

/// <summary>
/// What the authors' code computed (<c>test/Golden/README.md</c> says how, and how close is close). The files lie in the repository, so the
/// tests that read them run in every clone; <c>BIGS_SHARED</c> may name a folder with a <c>golden</c> of its own, made from another seed, whose files then count.
/// </summary>
internal static class GoldenFiles
{
    private static readonly string InRepository = System.IO.Path.Combine(Shared.Repository, "test", "Golden");
    private static readonly string? Others = Environment.GetEnvironmentVariable("BIGS_SHARED") is { Length: > 0 } shared
        ? System.IO.Path.GetFullPath(System.IO.Path.Combine(shared, "golden"), Shared.Repository)
        : null;

    /// <summary>The full path of a golden file or folder.</summary>
    public static string Path(params string[] parts) =>
        Others is not null && System.IO.Path.Combine([Others, .. parts]) is var other && System.IO.Path.Exists(other)
            ? other
            : System.IO.Path.Combine([InRepository, .. parts]);
}
