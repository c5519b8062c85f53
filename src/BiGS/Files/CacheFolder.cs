namespace BiGS.Files;

/// <summary>Where things are kept that can be made again: tokenised corpora, graphs of models.</summary>
internal static class CacheFolder
{
    /// <summary><c>BIGS_CACHE</c>, or <c>bigs</c> below <c>XDG_CACHE_HOME</c> or ~/.cache.</summary>
    public static string Path =>
        System.IO.Path.GetFullPath(Named("BIGS_CACHE") ?? System.IO.Path.Combine(Named("XDG_CACHE_HOME") ?? UserCaches, "bigs"));

    private static string UserCaches => System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
