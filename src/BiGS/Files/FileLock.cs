namespace BiGS.Files;

/// <summary>
/// A lock between processes: a file that one of them holds open. The system closes it when the process ends, however it ends, so a lock
/// never stays behind.
/// </summary>
internal static class FileLock
{
    private const int LinuxWouldBlock = 11;
    private const int MacOsWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the lock until it is disposed; null where another process holds it, or its folder is gone.</summary>
    public static IDisposable? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException failure) when (IsHeldByAnother(failure) || failure is DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether a file could not be opened because another process has it open for itself.</summary>
    public static bool IsHeldByAnother(IOException failure) => failure.HResult
        == (OperatingSystem.IsWindows() ? WindowsSharingViolation : OperatingSystem.IsMacOS() ? MacOsWouldBlock : LinuxWouldBlock);
}
