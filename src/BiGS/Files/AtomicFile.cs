namespace BiGS.Files;

/// <summary>Writes a file beside its place, flushes it to the disk, and renames it: the name never stands for half a file.</summary>
internal static class AtomicFile
{
    private static int _names;

    public static void Write(string path, Action<FileStream> content) => Write(path, path + ".partial", content);

    /// <summary>For a file that several processes, also of other machines, may write at once, all of them the same.</summary>
    public static void WriteShared(string path, string text) =>
        Write(path, Beside(path), file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>A name beside a file or folder that nobody else uses, in this process or another.</summary>
    public static string Beside(string path) => $"{path}.{Environment.MachineName}-{Environment.ProcessId}-{Interlocked.Increment(ref _names)}.partial";

    private static void Write(string path, string beside, Action<FileStream> content)
    {
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20))
        {
            content(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The same for a text, in UTF-8.</summary>
    public static void WriteText(string path, string text) => Write(path, file => file.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
