using System.Text.RegularExpressions;
using BiGS.Files;

namespace BiGS.Training.Corpora;

/// <summary>What a file's extension says that it holds.</summary>
internal enum CorpusFormat
{
    Text,
    JsonLines,
    Parquet,
}

/// <summary>From a path as a person writes it (file, folder, glob) to the files meant.</summary>
internal static class CorpusFiles
{
    private const string Supported = ".txt, .txt.gz, .jsonl, .jsonl.gz, .parquet";

    /// <summary>The format of a file by its extension, .gz taken off; null where it is not one of ours.</summary>
    public static CorpusFormat? FormatOf(string path)
    {
        return FileNames.ExtensionOf(path) switch
        {
            ".txt" => CorpusFormat.Text,
            ".jsonl" => CorpusFormat.JsonLines,
            ".parquet" when !FileNames.IsCompressed(path) => CorpusFormat.Parquet,
            _ => null,
        };
    }

    public static IEnumerable<string> Resolve(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (File.Exists(path))
        {
            return FormatOf(path) is null
                ? throw new ArgumentException($"'{path}' is not a corpus file by its extension; supported are {Supported}")
                : [path];
        }
        if (Directory.Exists(path))
        {
            return Readable(FileNames.FilesUnder(path, int.MaxValue), $"the folder '{path}' holds");
        }
        if (path.AsSpan().ContainsAny('*', '?'))
        {
            return Readable(Glob(path), $"the pattern '{path}' matches");
        }
        throw new FileNotFoundException(
            $"'{path}' does not exist; give a file, a folder, or a quoted pattern such as 'data/**/*.txt.gz'", path);
    }

    private static string[] Readable(IEnumerable<string> candidates, string found)
    {
        string[] all = [.. candidates];
        string[] readable = [.. all.Where(file => FormatOf(file) is not null).Order(StringComparer.Ordinal)];
        return readable.Length > 0
            ? readable
            : throw new FileNotFoundException($"{found} {all.Length} file(s) and none that can be read; supported are {Supported}");
    }

    /// <summary>`*` and `?` stand for characters inside one name, `**` for any number of folders.</summary>
    private static IEnumerable<string> Glob(string pattern)
    {
        string[] segments = pattern.Split('/');
        int literal = Array.FindIndex(segments, segment => segment.AsSpan().ContainsAny('*', '?'));
        string root = string.Join('/', segments[..literal]) is { Length: > 0 } folder ? folder : literal > 0 ? "/" : ".";
        if (!Directory.Exists(root))
        {
            return [];
        }
        string[] rest = segments[literal..];
        string expression = Regex.Escape(string.Join('/', rest))
            .Replace(@"\*\*/", "(?:.*/)?").Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]");
        Regex matcher = new($"^{expression}$", RegexOptions.CultureInvariant);
        int depth = rest.Any(segment => segment.Contains("**")) ? int.MaxValue : rest.Length - 1;
        return FileNames.FilesUnder(root, depth)
            .Where(file => matcher.IsMatch(Path.GetRelativePath(root, file)))
            .Select(file => literal == 0 ? Path.GetRelativePath(root, file) : file);
    }
}
