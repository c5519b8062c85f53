using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BiGS.Files;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>What one file of text became.</summary>
internal sealed record ReadSource(string Sha256, long Documents, long Tokens);

/// <summary>
/// One file of text as ids, in a folder of its own that is built beside and renamed: under its name it is whole. <c>ids.bin</c> holds all
/// ids, <c>lengths.bin</c> tokens of each document, <c>hashes.bin</c> 16 bytes of each text.
/// </summary>
internal sealed class SourceReading(string parts, string name, PlannedSource source)
{
    private const string RecordName = "source.json";

    public bool IsDone => Directory.Exists(Place);

    public PlannedSource Source => source;

    public string IdsFile => Path.Combine(Place, "ids.bin");

    public string LengthsFile => Path.Combine(Place, "lengths.bin");

    public string HashesFile => Path.Combine(Place, "hashes.bin");

    private string Place => Path.Combine(parts, name);

    public ReadSource Record() => OptionsFile.Read<ReadSource>(Path.Combine(Place, RecordName), "the record of a file that was read");

    /// <summary>Reads the file, unless it was read before or another process reads it now.</summary>
    /// <returns>Whether this call read it.</returns>
    public bool Read(EncoderPool pool, CorpusOptions reading, IProgress<EncodedGroup> progress, CancellationToken cancellationToken)
    {
        using IDisposable? held = FileLock.TryTake(Path.Combine(parts, name + ".lock"));
        if (held is null || IsDone)
        {
            return false;
        }

        foreach (string rest in Directory.GetDirectories(parts, name + ".*.partial"))
        {
            Directory.Delete(rest, recursive: true);
        }

        string beside = AtomicFile.Beside(Place);
        Directory.CreateDirectory(beside);
        ReadSource record = ReadInto(beside, pool, reading, progress, cancellationToken);
        AtomicFile.WriteText(Path.Combine(beside, RecordName), OptionsFile.ToJson(record));
        Directory.Move(beside, Place);
        return true;
    }

    private ReadSource ReadInto(string folder, EncoderPool pool, CorpusOptions reading, IProgress<EncodedGroup> progress, CancellationToken cancellationToken)
    {
        string sha256 = Sha256();
        (long documents, long tokens) = (0, 0);
        using FileStream ids = Create(folder, IdsFile);
        using FileStream lengths = Create(folder, LengthsFile);
        using FileStream hashes = Create(folder, HashesFile);
        foreach (EncodedGroup group in pool.Encode(Corpus.ReadFile(source.Path, reading), cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ids.Write(group.Ids);
            lengths.Write(MemoryMarshal.AsBytes<int>(group.Lengths));
            hashes.Write(MemoryMarshal.AsBytes<UInt128>(group.Hashes));
            documents += group.Lengths.Length;
            tokens += group.Tokens;
            progress.Report(group);
        }

        ids.Flush(flushToDisk: true);
        lengths.Flush(flushToDisk: true);
        hashes.Flush(flushToDisk: true);
        return new ReadSource(sha256, documents, tokens);
    }

    private string Sha256()
    {
        using FileStream stream = File.OpenRead(source.Path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static FileStream Create(string folder, string file) =>
        new(Path.Combine(folder, Path.GetFileName(file)), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
}
