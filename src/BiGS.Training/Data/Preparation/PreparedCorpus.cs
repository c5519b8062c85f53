using BiGS.Tokenizers;

namespace BiGS.Training.Data;

/// <summary>A folder that <see cref="CorpusPreparation"/> made: token shards and their tokenizer.</summary>
internal static class PreparedCorpus
{
    /// <summary>Files of a preparation besides its shards and its plan.</summary>
    internal static IReadOnlyList<string> OtherFiles { get; } = [ShardManifest.FileName, ShardManifest.StartsName, .. TokenizerFolder.FileNames];

    /// <summary>Whether a preparation was at least begun here.</summary>
    public static bool IsAt(string path) => File.Exists(Path.Combine(path, PreparationPlan.FileName));

    /// <exception cref="InvalidDataException">The preparation is not finished, or its files are not whole.</exception>
    public static TokenShards Open(string folder)
    {
        if (ShardManifest.Find(folder) is not { } manifest)
        {
            (int done, int files) = CorpusPreparation.State(folder);
            throw new InvalidDataException(File.Exists(Path.Combine(folder, ShardManifest.FileName))
                ? $"{folder}: {ShardManifest.FileName} is damaged, or of another version than format {ShardManifest.CurrentFormat}; clear it and prepare the corpus again (CorpusPreparation.Clear)."
                : $"{folder}: the preparation is not finished, {done:N0} of {files:N0} files are read; go on with CorpusPreparation.Run and the same options.");
        }

        string? damage = manifest.Damage(folder) ?? (PreparationTokenizer.IsIn(folder) ? null : "vocab.txt is missing");
        return damage is null
            ? new TokenShards(folder, manifest)
            : throw new InvalidDataException($"{folder}: {damage}; copy the folder again, or clear it and prepare the corpus again (CorpusPreparation.Clear).");
    }

    /// <summary>The tokenizer that made the ids.</summary>
    /// <exception cref="FileNotFoundException">It is missing.</exception>
    public static BertTokenizer Tokenizer(string folder) => BertTokenizer.Open(folder);

    /// <summary>How much of the text the vocabulary knows, judged by the first documents.</summary>
    /// <exception cref="InvalidDataException">The preparation is not finished, or its files are not whole.</exception>
    public static VocabularyCoverage Coverage(string folder)
    {
        var coverage = new VocabularyCoverage(Tokenizer(folder));
        using TokenShards shards = Open(folder);
        for (long document = 0; document < shards.Count && !coverage.HasEnough; document++)
        {
            int[] ids = new int[shards.TokensBefore(document + 1) - shards.TokensBefore(document)];
            shards.Copy(document, 0, ids);
            coverage.Add(ids);
        }

        return coverage;
    }
}
