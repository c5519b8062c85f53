using BiGS.Inference;
using BiGS.Training.Corpora;

namespace BiGS.Training.Data;

/// <summary>The authors' HDF5 rows, whose masks were drawn when the corpus was made: the same in every epoch.</summary>
internal sealed class StaticMasks(MaskedShards shards) : IMaskedRows
{
    public long Count => shards.Count;

    public int MaxLength => shards.Length;

    /// <summary>Shards tell a length only by being read; rows of one length are what they were made for.</summary>
    public int LengthOf(long row) => MaxLength;

    public MaskedRow At(long row, long epoch, double done = 0)
    {
        ShardRow stored = shards.Row(row);
        int length = Array.LastIndexOf(stored.Mask, 1) + 1;
        return new MaskedRow(new TokenRow(stored.Ids[..length], stored.Segments[..length]), stored.Positions, stored.Labels);
    }
}
