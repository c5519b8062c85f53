namespace BiGS.Files;

/// <summary>A file whose text cannot be read.</summary>
/// <param name="Path">As it was found.</param>
/// <param name="Reason">A sentence that names the file, the place in it, and what to do.</param>
public sealed record UnreadableFile(string Path, string Reason)
{
    /// <summary>Reads a file to its end, to see whether it can be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it.</param>
    /// <returns>What is wrong; null where nothing is.</returns>
    internal static UnreadableFile? Find(string path, Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new UnreadableFile(path, broken.Message);
        }
    }

    /// <summary>One error for all files that cannot be read.</summary>
    /// <param name="files">At least one.</param>
    /// <param name="all">How many files there are.</param>
    internal static InvalidDataException Error(IReadOnlyList<UnreadableFile> files, int all) => new(
        all == 1 ? files[0].Reason
        : files.Count == 1 ? $"{files[0].Reason}; or leave the file out (Corpus.FindUnreadable)"
        : $"{files.Count:N0} of {all:N0} files cannot be read; mend them, or leave them out (Corpus.FindUnreadable): {string.Join(" | ", files.Select(file => file.Reason))}");
}
