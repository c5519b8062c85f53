using System.Globalization;
using System.Text;

namespace BiGS.Cli.Options;

/// <summary>
/// The place that a verb writes to, checked before anything is computed, so that no work is lost at its end. Checking leaves nothing behind
/// and removes nothing: creating and replacing are up to whoever writes.
/// </summary>
internal static class OutputPath
{
    /// <summary>Bytes of a name in a folder (NAME_MAX), less what is appended while a file is being written.</summary>
    private const int LongestName = 255 - 8;

    /// <summary>Bytes of a path (PATH_MAX), less room for the names of the files inside an output folder.</summary>
    private const int LongestPath = 4_096 - 256;

    /// <summary>What is asked for where a verb cannot estimate its output.</summary>
    private const long SmallOutput = 1_000_000;

    private const double Megabyte = 1e6;

    /// <summary>Checks where a file is to be written.</summary>
    /// <param name="path">As it was given.</param>
    /// <param name="option">The option that gave it, such as --out.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <param name="inputs">Files that the verb reads, and that must not be replaced.</param>
    /// <returns>The path, as it was given.</returns>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    /// <exception cref="ArgumentException">The path is empty, or is one of the inputs.</exception>
    public static string File(string path, string option, bool overwrite, params IEnumerable<string> inputs)
    {
        string full = Full(path, option);
        if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
        {
            throw new IOException($"{path}: this is a folder, and {option} takes a file; add a file name.");
        }

        RefuseBrokenLink(path, full, option);
        if (System.IO.File.Exists(full))
        {
            FileStatus found = FileStatus.Of(full);
            if (!found.IsRegular)
            {
                throw new IOException($"{path}: this is a device or a pipe, and {option} takes a regular file; choose another {option}.");
            }

            RefuseInputs(path, option, inputs);
            if (!overwrite)
            {
                throw new IOException($"{path}: there is a file already; choose another {option}, or give --overwrite.");
            }

            if (System.IO.File.GetAttributes(full).HasFlag(FileAttributes.ReadOnly))
            {
                throw new UnauthorizedAccessException($"{path}: the file is read-only; allow writing to it, or choose another {option}.");
            }
        }

        RequireWritable(path, option, Path.GetDirectoryName(full)!);
        RequireSpace(path, option, SmallOutput);
        return path;
    }

    /// <summary>Checks a folder that is to be written.</summary>
    /// <param name="path">As it was given.</param>
    /// <param name="option">The option that gave it, such as --out.</param>
    /// <param name="remedyIfNotEmpty">What to do where the folder holds anything, such as "choose another --out"; null where it may.</param>
    /// <param name="inputs">Folders that the verb reads, and that must not be written into.</param>
    /// <inheritdoc cref="File"/>
    public static string Folder(string path, string option, string? remedyIfNotEmpty, params IEnumerable<string> inputs)
    {
        string full = Full(path, option);
        RefuseInputs(path, option, inputs);
        RefuseBrokenLink(path, full, option);
        if (System.IO.File.Exists(full))
        {
            throw new IOException($"{path}: there is a file of this name, and {option} takes a folder; choose another {option}.");
        }

        if (remedyIfNotEmpty is not null && Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
        {
            throw new IOException($"{path}: the folder is not empty; {remedyIfNotEmpty}.");
        }

        RequireWritable(path, option, full);
        RequireSpace(path, option, SmallOutput);
        return path;
    }

    /// <summary>Checks that the output is nothing that is read: by the file itself, not by its name.</summary>
    /// <param name="path">As it was given.</param>
    /// <param name="option">The option that gave it.</param>
    /// <param name="inputs">Folders and files; those that are not there are of no interest.</param>
    /// <exception cref="ArgumentException">It is one of them.</exception>
    public static void RefuseInputs(string path, string option, params IEnumerable<string> inputs)
    {
        if (Path.Exists(path) && inputs.Where(Path.Exists).Any(input => FileStatus.Of(input).IsSameFile(FileStatus.Of(path))))
        {
            throw new ArgumentException($"{path}: {option} is also what the command reads, and nothing is written in its own place; choose another {option}.");
        }
    }

    /// <summary>What to do about a folder that is not empty, where --overwrite can be given.</summary>
    /// <param name="option">Such as --out.</param>
    /// <param name="overwrite">Whether it was given.</param>
    public static string? UnlessOverwritten(string option, bool overwrite) => overwrite ? null : $"choose another {option}, or give --overwrite";

    /// <summary>Checks that the disk has room for what is to be written.</summary>
    /// <param name="path">As it was given; its folders may not be there yet.</param>
    /// <param name="option">The option that gave it.</param>
    /// <param name="bytes">What is needed, estimated.</param>
    /// <param name="freeSpace">Bytes that are free on the disk of a folder; null to ask the system.</param>
    /// <exception cref="IOException">Less is free.</exception>
    public static void RequireSpace(string path, string option, long bytes, Func<string, long>? freeSpace = null)
    {
        string folder = NearestFolder(Full(path, option));
        long free = (freeSpace ?? (place => new DriveInfo(place).AvailableFreeSpace))(folder);
        if (free < bytes)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: about {bytes / Megabyte:n1} MB are needed, but the disk has {free / Megabyte:n1} MB left; free some space, or choose another {option}."));
        }
    }

    private static string Full(string path, string option)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ArgumentException($"{option} is empty; give a path.");
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (full.Split(Path.DirectorySeparatorChar).FirstOrDefault(name => Encoding.UTF8.GetByteCount(name) > LongestName) is { } name)
        {
            throw new PathTooLongException($"{name[..32]}…: a name of {Encoding.UTF8.GetByteCount(name)} bytes is too long for the file system; choose a shorter {option}.");
        }

        return Encoding.UTF8.GetByteCount(full) <= LongestPath
            ? full
            : throw new PathTooLongException($"{path[..32]}…: a path of {Encoding.UTF8.GetByteCount(full)} bytes is too long for the file system; choose a shorter {option}.");
    }

    /// <summary>The folder itself, or what is there of the way to it.</summary>
    private static string NearestFolder(string folder)
    {
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!; // ends at the root, which is always there
        }

        return folder;
    }

    /// <summary>Tries it: neither permissions nor mount options tell beforehand whether a file can be created.</summary>
    private static void RequireWritable(string path, string option, string folder)
    {
        string there = folder;
        for (; !Directory.Exists(there); there = Path.GetDirectoryName(there)!)
        {
            RefuseBrokenLink(path, there, option);
            if (System.IO.File.Exists(there))
            {
                throw new IOException($"{path}: {there} is a file, and nothing can lie in it; choose another {option}.");
            }
        }

        string probe = Path.Combine(there, $".bigs-{Guid.NewGuid():N}");
        try
        {
            using FileStream created = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: nothing can be written to {there} ({Reason(refused, probe)}); choose another {option}.", refused);
        }
    }

    /// <summary>.NET says of a link that leads nowhere that there is a file.</summary>
    private static void RefuseBrokenLink(string path, string place, string option)
    {
        if (new FileInfo(place) is { LinkTarget: { } target } link && link.ResolveLinkTarget(returnFinalTarget: true)?.Exists != true)
        {
            throw new IOException($"{path}: {place} is a link to {target}, which is not there; choose another {option}.");
        }
    }

    private static string Reason(Exception refused, string probe) => refused switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "the file system takes no new files",
        _ => refused.Message.Replace($" : '{probe}'", "", StringComparison.Ordinal).TrimEnd('.'),
    };

    /// <summary>A new run of training needs a folder of its own, none of what it reads; and the disk must have room for its checkpoints.</summary>
    /// <param name="folder">Of the run.</param>
    /// <param name="goesOn">Whether a run is there that goes on.</param>
    /// <param name="overwrite">Whether one that is there is replaced.</param>
    /// <param name="inputs">What the run reads.</param>
    /// <param name="parameters">Of its model.</param>
    /// <param name="keep">How many of the newest checkpoints stay.</param>
    public static void RunFolder(string folder, bool goesOn, bool overwrite, string[] inputs, long parameters, int keep)
    {
        Folder(folder, "--out", goesOn || overwrite ? null : "choose another --out, go on with --resume, or replace the run with --overwrite");
        RefuseInputs(folder, "--out", inputs);

        // The best weights, and so many checkpoints with two moments of each weight; one more while it is written. A run that goes on has the others.
        long weights = sizeof(float) * parameters;
        RequireSpace(folder, "--out", goesOn ? 3 * weights : (1 + (3 * (keep + 1))) * weights);
    }
}
