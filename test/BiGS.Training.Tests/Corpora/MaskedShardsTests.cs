using BiGS.Support;
using BiGS.Training.Corpora;
using PureHDF;

namespace BiGS.Training.Tests.Corpora;

public sealed class MaskedShardsTests : IDisposable
{
    private const int Length = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RowsRunThroughTheShardsInOrder()
    {
        Write("train_b.h5", 300, 1000);
        Write("train_a.hdf5", 2, 0);
        Write("test.hdf5", 3, 5000);
        using MaskedShards train = MaskedShards.Open(_folder.Path, ShardSplit.Train);
        Assert.Equal((302, Length, 3), (train.Count, train.Length, train.MaxPredictions));
        Assert.Equal([0, 1, 1000, 1255, 1256, 1299], new long[] { 0, 1, 2, 257, 258, 301 }.Select(row => train.Row(row).Ids[0]));
        using MaskedShards all = MaskedShards.Open(_folder.Path);
        Assert.Equal([5000, 0, 1000], new long[] { 0, 3, 5 }.Select(row => all.Row(row).Ids[0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Row(305));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Row(-1));
    }

    [Fact]
    public void AZeroPositionEndsTheList()
    {
        using MaskedShards shards = MaskedShards.Open(Write("a.h5", 2, 0));
        ShardRow row = shards.Row(1);
        Assert.Equal([1, 2], row.Positions);
        Assert.Equal([11, 12], row.Labels);
        Assert.Equal([1, 1, 1, 1, 1, 1, 0, 0], row.Mask);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], row.Segments);
    }

    [Fact]
    public void ManyThreadsReadTheSameRows()
    {
        using MaskedShards shards = MaskedShards.Open(Write("a.h5", 1000, 0));
        Parallel.For(0, 4000, i => Assert.Equal(i * 7 % 1000, shards.Row(i * 7 % 1000).Ids[0]));
    }

    [Fact]
    public void WrongShardsSayWhatIsWrong()
    {
        string path = Path.Combine(_folder.Path, "bad.h5");
        AssertFails("no dataset segment_ids but input_ids, input_mask", file => file.Remove("segment_ids"));
        AssertFails("input_mask has shape (2, 7), expected (2, 8) as in input_ids", file => file["input_mask"] = new sbyte[2, 7]);
        AssertFails("masked_lm_positions has shape (3, 3), expected 2 rows", file =>
        {
            file["masked_lm_positions"] = new int[3, 3];
            file["masked_lm_ids"] = new int[3, 3];
        });
        AssertFails("expected whole numbers of shape (rows, columns)", file => file["input_ids"] = new double[2, 8]);
        AssertFails("expected whole numbers of shape (rows, columns)", file => file["input_ids"] = new int[16]);
        File.WriteAllText(path, "no HDF5");
        Assert.Contains("cannot be read as HDF5", Assert.Throws<InvalidDataException>(() => MaskedShards.Open(path)).Message);

        void AssertFails(string message, Action<H5File> spoil)
        {
            H5File file = Shard(2, 0, Length);
            spoil(file);
            file.Write(path);
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => MaskedShards.Open(path)).Message);
        }
    }

    [Fact]
    public void APositionOutsideTheRowIsRefused()
    {
        H5File file = Shard(1, 0, Length);
        file["masked_lm_positions"] = new[,] { { 1, 8, 0 } };
        string path = Path.Combine(_folder.Path, "outside.h5");
        file.Write(path);
        using MaskedShards shards = MaskedShards.Open(path);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => shards.Row(0));
        Assert.Contains("row 0: masked_lm_positions holds 8, expected 1 … 7", error.Message);
    }

    [Fact]
    public void FoldersWithoutTheShardsAskedForSaySo()
    {
        Assert.Contains("holds no .hdf5", Assert.Throws<FileNotFoundException>(() => MaskedShards.Open(_folder.Path)).Message);
        Write("train.h5", 1, 0);
        Assert.Contains("1 shard(s), none named \"test\"",
            Assert.Throws<FileNotFoundException>(() => MaskedShards.Open(_folder.Path, ShardSplit.Test)).Message);
        Assert.Throws<FileNotFoundException>(() => MaskedShards.Open(Path.Combine(_folder.Path, "nowhere")));
        Shard(1, 0, 16).Write(Path.Combine(_folder.Path, "wide.h5"));
        Assert.Contains("open shards of one shape", Assert.Throws<InvalidDataException>(() => MaskedShards.Open(_folder.Path)).Message);
        Write("train_test.h5", 1, 0);
        Assert.Contains("both", Assert.Throws<InvalidDataException>(() => MaskedShards.Open(_folder.Path, ShardSplit.Test)).Message);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void TheAuthorsLayoutOpens()
    {
        string folder = GoldenFiles.Path("corpus_hdf5");
        using MaskedShards train = MaskedShards.Open(folder, ShardSplit.Train);
        using MaskedShards test = MaskedShards.Open(folder, ShardSplit.Test);
        using MaskedShards first = MaskedShards.Open(Path.Combine(folder, "train_shard_0.hdf5"));
        Assert.Equal((32, 6), (train.Length, train.MaxPredictions));
        Assert.True(train.Count > first.Count && test.Count > 0);
        for (long i = 0; i < train.Count; i++)
        {
            ShardRow row = train.Row(i);
            Assert.Equal(2, row.Ids[0]);
            Assert.InRange(row.Positions.Length, 1, 6);
            Assert.Equal(row.Positions.Length, row.Labels.Length);
            Assert.All(row.Positions, position => Assert.Equal(1, row.Mask[position]));
            Assert.Equal(row.Positions.Order(), row.Positions);
            // Every token id is positive, and padding is id 0 behind mask 0.
            Assert.All(Enumerable.Range(0, 32), at => Assert.Equal(row.Mask[at] == 1, row.Ids[at] != 0));
        }
    }

    private string Write(string name, int rows, int firstId)
    {
        string path = Path.Combine(_folder.Path, name);
        Shard(rows, firstId, Length).Write(path);
        return path;
    }

    /// <summary>Row r begins with the id firstId + r; three tokens more than half are text; 1 and 2 are masked.</summary>
    private static H5File Shard(int rows, int firstId, int length)
    {
        int[,] ids = new int[rows, length];
        sbyte[,] mask = new sbyte[rows, length];
        sbyte[,] segments = new sbyte[rows, length];
        int[,] positions = new int[rows, 3];
        int[,] labels = new int[rows, 3];
        for (int row = 0; row < rows; row++)
        {
            ids[row, 0] = firstId + row;
            (positions[row, 0], positions[row, 1], labels[row, 0], labels[row, 1]) = (1, 2, 11, 12);
            for (int i = 0; i < length; i++)
            {
                mask[row, i] = (sbyte)(i < length - 2 ? 1 : 0);
                segments[row, i] = (sbyte)(i < length / 2 ? 0 : 1);
            }
        }
        return new H5File
        {
            ["input_ids"] = ids,
            ["input_mask"] = mask,
            ["segment_ids"] = segments,
            ["masked_lm_positions"] = positions,
            ["masked_lm_ids"] = labels,
        };
    }
}
