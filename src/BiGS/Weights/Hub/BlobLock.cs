using BiGS.Files;

namespace BiGS.Weights;

/// <summary>One writer a blob, whatever the process: an exclusive lock (flock) on a file that stays empty, as Python's tools take it.</summary>
internal static class BlobLock
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the lock is free; disposing the result frees it.</summary>
    public static async Task<IDisposable> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException held) when (FileLock.IsHeldByAnother(held))
            {
                await Task.Delay(BetweenLooks, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
