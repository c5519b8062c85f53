using BiGS.Inference;
using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

public class BatchTests
{
    private const int Pad = 9;

    private static readonly Gen<MaskedRow> Rows =
        Gen.Select(Gen.Int[10, 99].Array[1, 12], Gen.Bool, Gen.Int[0, 1_000_000]).Select((ids, typed, seed) =>
        {
            var random = new Random(seed);
            int[] positions = [.. Enumerable.Range(0, ids.Length).Where(_ => random.Next(3) == 0)];
            int[]? types = typed ? [.. ids.Select((_, i) => i < ids.Length / 2 ? 0 : 1)] : null;
            return new MaskedRow(new TokenRow(ids, types), positions, [.. positions.Select(_ => random.Next(10, 99))]);
        });

    [Fact]
    public void RowsLieSideBySidePaddedBehind() => Gen.Select(Rows.Array[1, 6], Gen.Int[0, 5], Gen.Bool).Sample((rows, more, longest) =>
    {
        int length = rows.Max(row => row.Input.Ids.Length) + (longest ? 0 : more);
        var batch = MaskedBatch.Create(rows, Pad, longest ? null : length);
        Assert.Equal((rows.Length, length), (batch.Input.Rows, batch.Input.Length));
        Assert.Equal(rows.Sum(row => row.Input.Ids.Length), batch.Input.Tokens);
        var asked = new List<(long Row, long Position, long Word)>();
        for (int r = 0; r < rows.Length; r++)
        {
            for (int i = 0; i < length; i++)
            {
                int at = (r * length) + i;
                bool text = i < rows[r].Input.Ids.Length;
                Assert.Equal(text ? rows[r].Input.Ids[i] : Pad, batch.Input.InputIds[at]);
                Assert.Equal(text ? 1 : 0, batch.Input.AttentionMask[at]);
                Assert.Equal(text && rows[r].Input.TokenTypeIds is { } types ? types[i] : 0, batch.Input.TokenTypeIds[at]);
            }

            asked.AddRange(rows[r].Positions.Select((position, k) => ((long)r, (long)position, (long)rows[r].Words[k])));
        }

        Assert.Equal(asked, batch.MaskedPositions.Select((flat, k) => (flat / length, flat % length, batch.MaskedIds[k])));
        Assert.Equal(batch.MaskedPositions.Order(), batch.MaskedPositions);
    });
}
