using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using BiGS.Files;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>
/// Tokenises any number of files into a folder of <see cref="TokenShards"/>, in two steps: each file becomes ids in a folder of its own
/// below <c>parts</c>, and when the last one is there, whoever read it leaves out repeated documents and writes the shards. Any number of
/// processes may work on one folder, ended at any moment and begun again: what is whole stays, and the result is the same, byte for byte.
/// </summary>
/// <remarks>Memory: a few megabytes a worker, 36 bytes for each of 8 M hashes, and a bit a document. Disk: while the shards are written, the ids lie there twice.</remarks>
public static class CorpusPreparation
{
    internal const string PartsName = "parts";

    private const string FinishingName = "finish.lock";

    /// <summary>Prepares a folder, or goes on with it.</summary>
    /// <param name="options">What, and how.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="progress">Reports from any thread.</param>
    /// <param name="cancellationToken">Stops; the same call goes on.</param>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    /// <exception cref="ArgumentException">The folder was finished with other files or options, or holds work that these would throw away.</exception>
    /// <exception cref="InvalidDataException">Files cannot be read (all of them are named), or none holds text.</exception>
    public static PreparationResult Run(
        PreparationOptions options, string folder, IProgress<PreparationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var plan = PreparationPlan.Of(Corpus.ResolveFiles(options.Corpus), options);
        plan.Agree(folder);
        string parts = Path.Combine(folder, PartsName);
        Directory.CreateDirectory(parts);
        BertTokenizer tokenizer = PreparationTokenizer.Settle(folder, parts, options, progress, cancellationToken);
        SourceReading[] sources = [.. plan.Sources.Select(source => new SourceReading(parts, plan.PartName(source), source))];
        var encoder = new GroupEncoder(tokenizer.EncodeIds, tokenizer.VocabularySize, hashes: true);
        if (Finished(folder) is { } before)
        {
            return new PreparationResult(before, 0, sources.Length, sources.Length, 0, 0);
        }

        SourceReading[] own = [.. options.Part.Own(plan.Bytes).Select(number => sources[number]).Where(source => !source.IsDone)];
        var tally = new PreparationCounter(own, progress);
        ReadAll(own, folder, encoder, options, tally, cancellationToken);

        ShardManifest? manifest = Finished(folder);
        int done = manifest is null ? sources.Count(source => source.IsDone) : sources.Length;
        if (manifest is null && done == sources.Length)
        {
            manifest = Finish(folder, parts, () => ShardAssembly.Assemble(
                folder, tokenizer.Fingerprint, encoder.BytesPerId, plan, sources, options.HashesAtOnce, progress, cancellationToken));
        }

        return new PreparationResult(manifest, tally.Files, done, sources.Length, tally.Documents, tally.Tokens);
    }

    /// <summary>Removes what a preparation wrote, and nothing else that may lie in the folder.</summary>
    public static void Clear(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        ClearResult(folder);
        Array.ForEach(Directory.GetFiles(folder, PreparationPlan.FileName + "*"), File.Delete);
        Remove(Path.Combine(folder, PartsName));
    }

    /// <summary>Removes shards, tokenizer and manifest: what follows from the plan and the parts.</summary>
    internal static void ClearResult(string folder)
    {
        foreach (string file in (string[])[.. Directory.GetFiles(folder, "tokens-*.bin"), .. PreparedCorpus.OtherFiles.Select(name => Path.Combine(folder, name))])
        {
            File.Delete(file);
        }
    }

    /// <summary>How many files of a folder that is not finished are read, and how many there are.</summary>
    internal static (int Done, int Files) State(string folder)
    {
        var plan = PreparationPlan.Read(folder);
        string parts = Path.Combine(folder, PartsName);
        return (plan.Sources.Count(source => new SourceReading(parts, plan.PartName(source), source).IsDone), plan.Sources.Count);
    }

    /// <summary>The last step, by one process alone; null where another is at it.</summary>
    private static ShardManifest? Finish(string folder, string parts, Func<ShardManifest> assemble)
    {
        using IDisposable? held = FileLock.TryTake(Path.Combine(parts, FinishingName));
        if (held is not null && ShardManifest.Find(folder) is null)
        {
            assemble();
        }

        return Finished(folder);
    }

    /// <summary>The manifest, once it is there; what was written on the way to it goes.</summary>
    private static ShardManifest? Finished(string folder)
    {
        ShardManifest? manifest = ShardManifest.Find(folder);
        if (manifest is not null)
        {
            Array.ForEach(Directory.GetFiles(folder, PreparationPlan.FileName + ".*.partial"), File.Delete);
            Remove(Path.Combine(folder, PartsName));
        }

        return manifest;
    }

    private static void Remove(string parts)
    {
        try
        {
            Directory.Delete(parts, recursive: true);
        }
        catch (IOException)
        {
            // Another process that saw the end is removing it too, or looks once more for something to read; the last one clears up.
        }
    }

    private static void ReadAll(
        SourceReading[] own, string folder, GroupEncoder encoder, PreparationOptions options, PreparationCounter tally, CancellationToken cancellationToken)
    {
        using var pool = new EncoderPool(encoder, options.Workers);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = new ConcurrentQueue<SourceReading>(own);
        var failures = new ConcurrentQueue<ExceptionDispatchInfo>();
        var unreadable = new ConcurrentDictionary<SourceReading, UnreadableFile>();
        void Work()
        {
            try
            {
                while (waiting.TryDequeue(out SourceReading? source) && !File.Exists(Path.Combine(folder, ShardManifest.FileName)))
                {
                    try
                    {
                        if (source.Read(pool, options.Reading, tally, failed.Token))
                        {
                            tally.Whole(source);
                        }
                    }
                    catch (InvalidDataException broken)
                    {
                        // Told below: the other files are read first, so that one run names all that cannot be.
                        unreadable[source] = new UnreadableFile(source.Source.Path, broken.Message);
                    }
                }
            }
            catch (IOException) when (File.Exists(Path.Combine(folder, ShardManifest.FileName)))
            {
                // Another process has finished the folder, and removed what this one was about to look at.
            }
            catch (Exception failure)
            {
                // Told below, by whoever waits for all readers; the first is what made the others stop.
                failures.Enqueue(ExceptionDispatchInfo.Capture(failure));
                failed.Cancel();
            }
        }

        Thread[] readers = [.. Enumerable.Range(0, Math.Min(options.Workers, own.Length)).Select(n => new Thread(Work) { IsBackground = true, Name = $"reader {n}" })];
        Array.ForEach(readers, reader => reader.Start());
        Array.ForEach(readers, reader => reader.Join());
        cancellationToken.ThrowIfCancellationRequested();
        if (failures.TryDequeue(out ExceptionDispatchInfo? first))
        {
            first.Throw();
        }

        if (!unreadable.IsEmpty)
        {
            throw UnreadableFile.Error([.. own.Where(unreadable.ContainsKey).Select(source => unreadable[source]).OrderBy(file => file.Path, StringComparer.Ordinal)], own.Length);
        }
    }
}
