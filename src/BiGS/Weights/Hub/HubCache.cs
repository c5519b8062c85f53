namespace BiGS.Weights;

/// <summary>
/// The cache that Python's tools keep, shared with them: <c>models--owner--name/{refs/revision, blobs/etag, snapshots/commit/file}</c>, where
/// a file of a snapshot is a relative link to its blob, and a ref holds the commit that a revision stood for.
/// </summary>
internal sealed class HubCache(string root)
{
    public string Snapshot(HubName model, string commit) => Path.Combine(Folder(model), "snapshots", commit);

    public string Blob(HubName model, string etag) => Path.Combine(Folder(model), "blobs", etag);

    /// <summary>Where Python's tools lock a blob too.</summary>
    public string Lock(HubName model, string etag) => Path.Combine(root, ".locks", Name(model), etag + ".lock");

    /// <summary>Whether a file's bytes are here, and not only a link to bytes that were cleared away.</summary>
    public bool Has(HubListing listing, string file) => IsThere(FilePath(listing, file));

    public string FilePath(HubListing listing, string file) =>
        Path.Combine(Snapshot(listing.Model, listing.Commit), HubFileName.Checked(file, listing.Model));

    /// <summary>Gives a blob its name in the snapshot. Whoever does the same at the same time does no harm.</summary>
    public void Link(HubListing listing, string file, string etag)
    {
        string link = FilePath(listing, file);
        string folder = Path.GetDirectoryName(link)!;
        Directory.CreateDirectory(folder);
        string target = Path.GetRelativePath(folder, Blob(listing.Model, etag));
        if (new FileInfo(link).LinkTarget != target)
        {
            Replace(link, beside => LinkOrCopy(beside, target, folder));
        }
    }

    /// <summary>Writes down what a revision stood for.</summary>
    public void Remember(HubListing listing)
    {
        string path = Ref(listing.Model);
        if (!listing.Model.IsCommit && !(File.Exists(path) && File.ReadAllText(path) == listing.Commit))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Replace(path, beside => File.WriteAllText(beside, listing.Commit));
        }
    }

    /// <summary>What is here of a revision, without asking the hub.</summary>
    /// <exception cref="HubException">Nothing is.</exception>
    public HubListing List(HubName model)
    {
        string path = Ref(model);
        string commit = model.IsCommit ? model.Revision : File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        string folder = Snapshot(model, commit);
        return HubName.IsCommitHash(commit) && Directory.Exists(folder)
            ? new HubListing(model, commit, FilesBelow(folder).ToHashSet(StringComparer.Ordinal)) { IsOfTheCache = true }
            : throw new HubException(
                $"{model}: not in the cache {root}, and HF_HUB_OFFLINE forbids to fetch it; run it once without HF_HUB_OFFLINE, or copy the cache of a machine that has it.",
                System.Net.HttpStatusCode.NotFound);
    }

    /// <summary>File.Exists says yes to a link that leads nowhere.</summary>
    private static bool IsThere(string path) =>
        File.Exists(path) && new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is not { Exists: false };

    private static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(IsThere)
        .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'));

    private static void Replace(string path, Action<string> make)
    {
        string beside = $"{path}.{Guid.NewGuid():N}";
        make(beside);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Windows lets only administrators and developers make links; others get a copy, which Python's tools accept too.</summary>
    private static void LinkOrCopy(string link, string target, string folder)
    {
        try
        {
            File.CreateSymbolicLink(link, target);
        }
        catch (Exception refused) when (OperatingSystem.IsWindows() && refused is (IOException or UnauthorizedAccessException))
        {
            File.Copy(Path.Combine(folder, target), link);
        }
    }

    private static string Name(HubName model) => "models--" + model.Repository.Replace("/", "--", StringComparison.Ordinal);

    private string Folder(HubName model) => Path.Combine(root, Name(model));

    private string Ref(HubName model) => Path.Combine(Folder(model), "refs", model.Revision);
}
