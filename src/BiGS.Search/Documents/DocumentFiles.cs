namespace BiGS.Search.Documents;

/// <summary>What there is to read in a folder and below it.</summary>
/// <param name="Files">Paths from the folder, with slashes on every system, in ordinal order.</param>
/// <param name="Skipped">Files, and whole folders, that are passed over.</param>
internal sealed record FolderContents(IReadOnlyList<string> Files, IReadOnlyList<SkippedFile> Skipped);

/// <summary>
/// Finds the documents below a folder. Passed over, and reported, are hidden files and folders, what .gitignore files name, folders of installed or built
/// files, linked folders, files of other kinds, empty ones, and those beyond a size. A linked file is read.
/// </summary>
internal static class DocumentFiles
{
    private static readonly HashSet<string> BuiltFolders = ["node_modules", "bower_components", "__pycache__", "bin", "obj"];

    /// <param name="folder">Where to look.</param>
    /// <param name="options">The most bytes of a file.</param>
    /// <param name="own">Begins the names of the index's own files, which are no documents and are not reported.</param>
    /// <param name="mayBeNone">Whether a folder without documents is as good as another.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds nothing that can be read, and should.</exception>
    public static FolderContents Of(string folder, DocumentOptions options, string own, bool mayBeNone = false)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: there is no such folder; give one that holds documents ({DocumentReader.Supported}).");
        }

        var walk = new Walk(options, own);
        walk.Enter(new DirectoryInfo(folder), "", IgnoreRules.At(folder));
        walk.Files.Sort(StringComparer.Ordinal);
        walk.Skipped.Sort((one, other) => StringComparer.Ordinal.Compare(one.Path, other.Path));
        return walk.Files.Count > 0 || mayBeNone ? new FolderContents(walk.Files, walk.Skipped) : throw new FileNotFoundException(
            $"{folder}: holds no document{(walk.Skipped.Count > 0 ? $" (passed over: {SkippedFile.Counts(walk.Skipped)})" : "")}; expected files that end in {DocumentReader.Supported}.");
    }

    private sealed class Walk(DocumentOptions options, string own)
    {
        public List<string> Files { get; } = [];

        public List<SkippedFile> Skipped { get; } = [];

        public void Enter(DirectoryInfo folder, string prefix, IgnoreRules rules)
        {
            FileSystemInfo[] entries;
            try
            {
                entries = folder.GetFileSystemInfos();
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                Skip(prefix, SkipReason.Unreadable, refused.Message);
                return;
            }

            foreach (FileSystemInfo entry in entries.Where(entry => !entry.Name.StartsWith(own, StringComparison.Ordinal)))
            {
                string path = prefix + entry.Name;
                bool isFolder = entry is DirectoryInfo;
                if (entry.Name.StartsWith('.'))
                {
                    Skip(isFolder ? path + "/" : path, SkipReason.Hidden, "its name begins with a dot");
                }
                else if (rules.Ignores(entry.Name, isFolder))
                {
                    Skip(isFolder ? path + "/" : path, SkipReason.Ignored, $"a {GitIgnore.FileName} file leaves it out");
                }
                else if (entry is DirectoryInfo below)
                {
                    EnterBelow(below, path + "/", rules);
                }
                else
                {
                    Add((FileInfo)entry, path);
                }
            }
        }

        private void EnterBelow(DirectoryInfo folder, string path, IgnoreRules rules)
        {
            if (folder.LinkTarget is { } target)
            {
                Skip(path, SkipReason.Link, $"a link to the folder {target}, which may lead round in a circle; search that folder itself");
            }
            else if (BuiltFolders.Contains(folder.Name))
            {
                Skip(path, SkipReason.BuildOutput, $"folders named {folder.Name} hold what programs install or build");
            }
            else
            {
                IgnoreRules own;
                try
                {
                    own = rules.Below(folder.FullName, folder.Name);
                }
                catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
                {
                    Skip(path, SkipReason.Unreadable, refused.Message);
                    return;
                }

                Enter(folder, path, own);
            }
        }

        private void Add(FileInfo file, string path)
        {
            if (!DocumentReader.CanRead(path))
            {
                Skip(path, SkipReason.UnknownKind, $"expected a file that ends in {DocumentReader.Supported}");
            }
            else if (Existing(file) is not { } real)
            {
                Skip(path, SkipReason.Link, $"a link to {file.LinkTarget}, where there is no file");
            }
            else if (real.Length > options.MaxFileBytes)
            {
                Skip(path, SkipReason.TooLarge, $"{real.Length:N0} bytes are more than {DocumentText.Limit(options)}");
            }
            else if (real.Length == 0)
            {
                Skip(path, SkipReason.NoText, "it is empty"); // so are pipes and devices, which would never end
            }
            else
            {
                Files.Add(path);
            }
        }

        /// <summary>The file, or the one that a link leads to; null where it leads nowhere.</summary>
        private static FileInfo? Existing(FileInfo file)
        {
            try
            {
                return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target : null;
            }
            catch (IOException)
            {
                return null; // links in a circle
            }
        }

        private void Skip(string path, SkipReason reason, string detail) => Skipped.Add(new SkippedFile(path, reason, detail));
    }
}
