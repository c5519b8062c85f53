namespace BiGS.Files;

/// <summary>Writes a file beside its place, flushes it to the disk, and renames it: the name never stands for half a file.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<FileStream> content)
    {
        string beside = path + ".partial";
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
