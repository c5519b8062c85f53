using System.Text.Json.Serialization;
using BiGS.Files;

namespace BiGS.Batches;

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
internal sealed record PreparationPlan(
    int Format, string? Tokenizer, int? VocabSize, string TextField, bool KeepDuplicates, IReadOnlyList<PlannedSource> Sources)
{
    public const string FileName = "prepare.json";

    public static PreparationPlan Of(IReadOnlyList<string> files, PreparationOptions options) => new(
        ShardManifest.CurrentFormat,
        options.Tokenizer?.Fingerprint,
        options.Tokenizer is null ? options.VocabSize : null,
        options.TextField,
        options.KeepDuplicates,
        [.. files.Select(file => new PlannedSource(Path.GetFullPath(file), new FileInfo(file).Length))]);

    [JsonIgnore]
    public IReadOnlyList<long> Bytes => [.. Sources.Select(source => source.Bytes)];

    /// <summary>Writes the plan down, or finds that the folder was begun with the same.</summary>
    /// <exception cref="IOException">The folder holds something else.</exception>
    /// <exception cref="ArgumentException">It was begun with another plan.</exception>
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
                throw new IOException($"{folder}: the folder is not empty, and no corpus was begun there ({FileName} is missing); choose another --out.");
            }

            WholeFile.WriteShared(path, OptionsFile.ToJson(this) + "\n");
        }

        if (DifferenceFrom(Read(folder)) is { } difference)
        {
            throw new ArgumentException($"{folder}: the corpus was begun {difference}; give the same files and options to go on, choose another --out, or begin anew with --overwrite.");
        }
    }

    public static PreparationPlan Read(string folder) =>
        OptionsFile.Read<PreparationPlan>(Path.Combine(folder, FileName), "the plan of a prepared corpus");

    /// <summary>What makes another plan's result different, in words; null where nothing does.</summary>
    private string? DifferenceFrom(PreparationPlan other)
    {
        int source = Enumerable.Range(0, Math.Min(Sources.Count, other.Sources.Count)).FirstOrDefault(s => Sources[s] != other.Sources[s], -1);
        return Format != other.Format ? $"in format {other.Format}, and this is {Format}"
            : (Tokenizer, VocabSize) != (other.Tokenizer, other.VocabSize) ? $"with {other.Words}, and now it is {Words}"
            : TextField != other.TextField ? $"with text of the field \"{other.TextField}\", and now it is \"{TextField}\""
            : KeepDuplicates != other.KeepDuplicates ? $"{(KeepDuplicates ? "without --keep-duplicates, and now they stay" : "with --keep-duplicates, and now they do not stay")}"
            : source >= 0 ? $"with {other.Sources[source]} as file {source + 1}, and now it is {Sources[source]}"
            : Sources.Count != other.Sources.Count ? $"with {other.Sources.Count} files, and now there are {Sources.Count}"
            : null;
    }

    [JsonIgnore]
    private string Words => Tokenizer is null ? $"a learned vocabulary of {VocabSize}" : $"the tokenizer of fingerprint {Tokenizer[..8]}";
}
