namespace BiGS.Training.Corpora;

/// <summary>Which part of a folder of shards is meant: a file belongs to the split that its name holds.</summary>
internal enum ShardSplit
{
    /// <summary>Files with "train" in their names.</summary>
    Train,

    /// <summary>Files with "test" in their names.</summary>
    Test,
}

/// <summary>
/// One row of a masked shard: token ids with the masks already put in, and what stood under them.
/// Ids, Mask (1 = token, 0 = padding) and Segments have the shard's length; Positions and Labels run in parallel, one entry a masked token.
/// </summary>
internal sealed record ShardRow(int[] Ids, int[] Mask, int[] Segments, int[] Positions, int[] Labels);

/// <summary>
/// The authors' corpora: HDF5 shards of rows that were tokenised and masked beforehand, with the datasets input_ids, input_mask,
/// segment_ids (rows, length) and masked_lm_positions, masked_lm_ids (rows, most predictions).
/// Reading is thread-safe; in memory stands one block of rows a shard.
/// </summary>
internal sealed class MaskedShards : IDisposable
{
    private readonly MaskedShard[] _shards;
    private readonly long[] _ends;

    private MaskedShards(MaskedShard[] shards)
    {
        _shards = shards;
        _ends = new long[shards.Length];
        for (int i = 0; i < shards.Length; i++)
        {
            Count += shards[i].Count;
            _ends[i] = Count;
        }
    }

    /// <summary>Rows in all shards.</summary>
    public long Count { get; }

    /// <summary>Tokens a row, padding included.</summary>
    public int Length => _shards[0].Length;

    /// <summary>The most masked tokens that a row can hold.</summary>
    public int MaxPredictions => _shards[0].MaxPredictions;

    /// <summary>Whether a path is a shard, or a folder with one.</summary>
    public static bool AreAt(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Any(IsShard) : IsShard(path);

    /// <summary>Opens one file, or the .hdf5 and .h5 files of a folder in ordinal order.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="split">Takes only the files of that split from a folder; without it, all.</param>
    /// <exception cref="FileNotFoundException">Nothing there, or no shard of the split.</exception>
    /// <exception cref="InvalidDataException">A file is not HDF5, lacks a dataset, or its shapes do not fit together.</exception>
    public static MaskedShards Open(string path, ShardSplit? split = null)
    {
        List<MaskedShard> shards = [];
        try
        {
            foreach (string file in FilesOf(path, split))
            {
                shards.Add(new MaskedShard(file));
                RequireSameShape(shards[0], shards[^1]);
            }
            return new MaskedShards([.. shards]);
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>The row at <paramref name="index"/>, counted through the shards in order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in 0 … Count − 1.</exception>
    /// <exception cref="InvalidDataException">A masked position lies outside the row.</exception>
    public ShardRow Row(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int shard = Array.BinarySearch(_ends, index + 1);
        shard = shard < 0 ? ~shard : shard;
        return _shards[shard].Row(index - (_ends[shard] - _shards[shard].Count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MaskedShard shard in _shards)
        {
            shard.Dispose();
        }
    }

    private static IEnumerable<string> FilesOf(string path, ShardSplit? split)
    {
        if (File.Exists(path))
        {
            return [path];
        }
        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; give an HDF5 shard or a folder of them", path);
        }
        string[] all = [.. Directory.EnumerateFiles(path)
            .Where(IsShard).Order(StringComparer.Ordinal)];
        string[] chosen = [.. all.Where(file => split is null || SplitOf(file) == split)];
        return chosen.Length > 0 ? chosen : throw new FileNotFoundException(
            split is { } wanted
                ? $"'{path}' holds {all.Length} shard(s), none named \"{wanted.ToString().ToLowerInvariant()}\"; rename them or ask for all"
                : $"'{path}' holds no .hdf5 or .h5 file; give a folder of shards");
    }

    private static ShardSplit? SplitOf(string file)
    {
        string name = Path.GetFileName(file);
        bool train = name.Contains("train", StringComparison.OrdinalIgnoreCase);
        bool test = name.Contains("test", StringComparison.OrdinalIgnoreCase);
        return train && test
            ? throw new InvalidDataException($"'{file}' has both \"train\" and \"test\" in its name; rename it so that its split is clear")
            : train ? ShardSplit.Train : test ? ShardSplit.Test : null;
    }

    private static void RequireSameShape(MaskedShard first, MaskedShard other)
    {
        if ((first.Length, first.MaxPredictions) != (other.Length, other.MaxPredictions))
        {
            throw new InvalidDataException(
                $"'{other.Path}' has rows of {other.Length} tokens and {other.MaxPredictions} masks, "
                + $"'{first.Path}' of {first.Length} and {first.MaxPredictions}; open shards of one shape at a time");
        }
    }

    private static bool IsShard(string path) => Path.GetExtension(path).ToLowerInvariant() is ".hdf5" or ".h5";
}
