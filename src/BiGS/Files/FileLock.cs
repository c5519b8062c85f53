namespace BiGS.Files;

/// <summary>
/// What one process alone may do at a time, told to the others by a file that it holds open. The system lets go of it when the process
/// ends in whatever way, so nothing is left locked.
/// </summary>
internal static class FileLock
{
    private const int HeldByAnother = 11; // EWOULDBLOCK

    /// <summary>Takes the lock until it is disposed; null where another holds it, or its folder is gone.</summary>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException failure) when (failure.HResult == HeldByAnother || failure is DirectoryNotFoundException)
        {
            return null;
        }
    }
}
