using System.Security.Cryptography;
using System.Text.Json.Serialization;
using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>A file to be read.</summary>
internal sealed record PlannedSource(string Path, long Bytes)
{
    public override string ToString() => $"{Path} of {Bytes:N0} bytes";
}

/// <summary>
/// What a folder is prepared of, in its <c>prepare.json</c>: the first file that is written, so that whoever goes on, or helps, is known to
/// mean the same.
/// </summary>
/// <param name="Format">Of what is written.</param>
/// <param name="Tokenizer">The fingerprint; null where a vocabulary is learned.</param>
/// <param name="VocabSize">Words to learn; null where a tokenizer is given.</param>
/// <param name="TextField">Of .jsonl and .parquet files.</param>
/// <param name="KeepDuplicates">Whether repeated documents stay.</param>
/// <param name="Sources">In the order of the corpus.</param>
/// <param name="Encoding">Of text files without a byte-order mark, by its name; null for UTF-8.</param>
/// <param name="Normalizer">Of a vocabulary that is learned; null for BERT's.</param>
internal sealed record PreparationPlan(
    int Format, string? Tokenizer, int? VocabSize, string TextField, bool KeepDuplicates, IReadOnlyList<PlannedSource> Sources, string? Encoding = null,
    BertNormalizer? Normalizer = null)
{
    public const string FileName = "prepare.json";

    private const string LockName = "plan.lock";
    private const string Utf8Name = "utf-8";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    public static PreparationPlan Of(IReadOnlyList<string> files, PreparationOptions options) => new(
        ShardManifest.CurrentFormat,
        options.Tokenizer?.Fingerprint,
        options.Tokenizer is null ? options.VocabSize : null,
        options.TextField,
        options.KeepDuplicates,
        [.. files.Select(file => new PlannedSource(Path.GetFullPath(file), new FileInfo(file).Length))],
        options.Encoding?.WebName,
        options.Tokenizer is null && options.Normalizer != new BertNormalizer() ? options.Normalizer : null);

    [JsonIgnore]
    public IReadOnlyList<long> Bytes => [.. Sources.Select(source => source.Bytes)];

    /// <summary>The folder that a file is read into: another one where the file, or how its text is found, is another.</summary>
    public string PartName(PlannedSource source)
    {
        string field = CorpusFiles.FormatOf(source.Path) == CorpusFormat.Text ? "" : TextField;
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{source.Path}\n{source.Bytes}\n{field}\n{Encoding}")).AsSpan(0, 8));
    }

    /// <summary>
    /// Writes the plan down, or finds that the folder was begun with the same. A plan that is not carried out yet gives way to another that throws no work
    /// away: after a failure the files may be others, or read otherwise.
    /// </summary>
    /// <exception cref="IOException">The folder holds something else.</exception>
    /// <exception cref="ArgumentException">It was begun with another plan that has to stay.</exception>
    public void Agree(string folder)
    {
        string path = Path.Combine(folder, FileName);
        Directory.CreateDirectory(folder);

        // Looked at before the plan is: others who begin at the same time write nothing else before it.
        bool holdsOthers = Directory.EnumerateFileSystemEntries(folder).Any(entry => !Path.GetFileName(entry).StartsWith(FileName, StringComparison.Ordinal));
        if (!File.Exists(path))
        {
            if (holdsOthers)
            {
                throw new IOException($"{folder}: the folder is not empty, and no corpus was begun there ({FileName} is missing); choose another folder.");
            }

            AtomicFile.WriteShared(path, OptionsFile.ToJson(this) + "\n");
        }

        string parts = Path.Combine(folder, CorpusPreparation.PartsName);
        while (Read(folder) is var begun && DifferenceFrom(begun) is { } difference)
        {
            if (File.Exists(Path.Combine(folder, ShardManifest.FileName)) || !MayReplace(begun, parts))
            {
                throw Another(folder, difference);
            }

            Directory.CreateDirectory(parts);
            using IDisposable? held = FileLock.TryTake(Path.Combine(parts, LockName));
            if (held is null)
            {
                Thread.Sleep(BetweenLooks); // another process replaces it, probably by the same
            }
            else if (IsOthersWork(parts))
            {
                throw Another(folder, difference);
            }
            else
            {
                Replace(begun, folder, parts);
            }
        }
    }

    private static ArgumentException Another(string folder, string difference) => new($"{folder}: the corpus was begun {difference}; give the same files and options to go on, choose another folder, or clear it and begin anew (CorpusPreparation.Clear).");

    /// <summary>
    /// Whether nothing is lost: no file is read yet; or what is read is still in the corpus (unless it was removed), and its ids come from the same
    /// tokenizer, which does not follow from the corpus.
    /// </summary>
    private bool MayReplace(PreparationPlan begun, string parts)
    {
        PlannedSource[] read = [.. begun.Sources.Where(source => Directory.Exists(Path.Combine(parts, begun.PartName(source))))];
        return read.Length == 0
            || (Tokenizer is not null && (Format, Tokenizer, KeepDuplicates) == (begun.Format, begun.Tokenizer, begun.KeepDuplicates)
                && read.All(source => Sources.Any(mine => mine.Path == source.Path) || !File.Exists(source.Path)));
    }

    /// <summary>Whether another process reads files, or learns a vocabulary, by the plan that is there.</summary>
    private static bool IsOthersWork(string parts) => Directory.GetFiles(parts, "*.lock").Where(path => Path.GetFileName(path) != LockName).Any(path =>
    {
        using IDisposable? held = FileLock.TryTake(path);
        return held is null;
    });

    private void Replace(PreparationPlan begun, string folder, string parts)
    {
        HashSet<string> wanted = [.. Sources.Where(_ => Tokenizer is not null && Tokenizer == begun.Tokenizer).Select(PartName)];
        foreach (string part in Directory.GetDirectories(parts).Where(part => !wanted.Contains(Path.GetFileName(part))))
        {
            Directory.Delete(part, recursive: true);
        }

        CorpusPreparation.ClearResult(folder);
        AtomicFile.WriteShared(Path.Combine(folder, FileName), OptionsFile.ToJson(this) + "\n");
    }

    public static PreparationPlan Read(string folder) =>
        OptionsFile.Read<PreparationPlan>(Path.Combine(folder, FileName), "the plan of a prepared corpus");

    /// <summary>What makes another plan's result different, in words; null where nothing does.</summary>
    private string? DifferenceFrom(PreparationPlan other)
    {
        int source = Enumerable.Range(0, Math.Min(Sources.Count, other.Sources.Count)).FirstOrDefault(s => Sources[s] != other.Sources[s], -1);
        return Format != other.Format ? $"in format {other.Format}, and this is {Format}"
            : (Tokenizer, VocabSize) != (other.Tokenizer, other.VocabSize) ? $"with {other.Words}, and now it is {Words}"
            : Encoding != other.Encoding ? $"with text in {other.Encoding ?? Utf8Name}, and now it is in {Encoding ?? Utf8Name}"
            : Normalizer != other.Normalizer ? "with other options of case, accents and Unicode form"
            : TextField != other.TextField ? $"with text of the field \"{other.TextField}\", and now it is \"{TextField}\""
            : KeepDuplicates != other.KeepDuplicates ? KeepDuplicates ? "without PreparationOptions.KeepDuplicates, and now with it" : "with PreparationOptions.KeepDuplicates, and now without it"
            : source >= 0 ? $"with {other.Sources[source]} as file {source + 1}, and now it is {Sources[source]}"
            : Sources.Count != other.Sources.Count ? $"with {other.Sources.Count} files, and now there are {Sources.Count}"
            : null;
    }

    [JsonIgnore]
    private string Words => Tokenizer is null ? $"a learned vocabulary of {VocabSize}" : $"the tokenizer of fingerprint {Tokenizer[..8]}";
}
