using BiGS.Support;
using BiGS.Training.Corpora;
using BiGS.Training.Data;
using PureHDF;

namespace BiGS.Training.Tests.Data;

/// <summary>The authors' rows as batches, against the file's own tables.</summary>
[Trait("Category", "Golden")]
public class StaticMasksTests
{
    [Theory]
    [InlineData("train_shard_0.hdf5")]
    [InlineData("train_shard_1.hdf5")]
    [InlineData("test_shard_0.hdf5")]
    public void BatchesHoldTheTablesOfTheFile(string name)
    {
        string path = GoldenFiles.Path("corpus_hdf5", name);
        using var file = H5File.OpenRead(path);
        int[,] ids = file.Dataset("input_ids").Read<int[,]>();
        (sbyte[,] mask, sbyte[,] types) = (file.Dataset("input_mask").Read<sbyte[,]>(), file.Dataset("segment_ids").Read<sbyte[,]>());
        (int[,] positions, int[,] words) = (file.Dataset("masked_lm_positions").Read<int[,]>(), file.Dataset("masked_lm_ids").Read<int[,]>());
        using MaskedShards shards = MaskedShards.Open(path);
        var rows = new StaticMasks(shards);
        Assert.Equal((ids.GetLength(0), ids.GetLength(1)), (rows.Count, rows.MaxLength));

        int row = 0;
        foreach (MaskedBatch batch in BatchSource.InOrder(rows, 7, padId: 0, PadTo.MaxLength))
        {
            int asked = 0;
            for (int r = 0; r < batch.Input.Rows; r++, row++)
            {
                for (int i = 0; i < batch.Input.Length; i++)
                {
                    int at = (r * batch.Input.Length) + i;
                    Assert.Equal(
                        (ids[row, i], mask[row, i], mask[row, i] == 0 ? 0 : types[row, i]),
                        (batch.Input.InputIds[at], batch.Input.AttentionMask[at], batch.Input.TokenTypeIds[at]));
                }

                for (int k = 0; k < positions.GetLength(1) && positions[row, k] != 0; k++, asked++)
                {
                    Assert.Equal(
                        ((r * batch.Input.Length) + positions[row, k], words[row, k]), (batch.MaskedPositions[asked], batch.MaskedIds[asked]));
                }
            }

            Assert.Equal((asked, asked), (batch.MaskedPositions.Length, batch.MaskedIds.Length));
        }

        Assert.Equal(rows.Count, row);
    }

    [Fact]
    public void MasksAreTheSameInEveryEpoch()
    {
        using MaskedShards shards = MaskedShards.Open(GoldenFiles.Path("corpus_hdf5"), ShardSplit.Train);
        var rows = new StaticMasks(shards);
        Assert.Equivalent(rows.At(3, 0), rows.At(3, 9), strict: true);
    }
}
