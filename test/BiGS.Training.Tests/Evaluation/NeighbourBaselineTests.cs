using BiGS.Inference;
using BiGS.Training.Data;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class NeighbourBaselineTests
{
    private const int Mask = 4;

    /// <summary>Counted: 5→6 twice, 5→7 once, 8→9 always. After 5 the guess is 6 (2/3); before 9 it is 8 (1/1), which is surer.</summary>
    [Fact]
    public void TheSurerNeighbourDecides()
    {
        var guessers = new NeighbourBaseline([[5, 6, 2], [5, 6, 2], [5, 7, 2], [8, 9, 6], [6]]);
        NeighbourBaselineScore score = guessers.Score(new Rows(
            new MaskedRow(new TokenRow([5, Mask, 2]), [1], [6]), // 6: right for both guessers (6 is the commonest token)
            new MaskedRow(new TokenRow([5, Mask, 9]), [1], [8]), // 8: its right neighbour is surer than its left one
            new MaskedRow(new TokenRow([5, Mask, 2]), [1], [7]))); // 7: wrong for both
        Assert.Equal(new NeighbourBaselineScore(1.0 / 3, 2.0 / 3, 3), score);
    }

    /// <summary>Packed rows are cut anywhere.</summary>
    [Fact]
    public void AWordAtTheEdgeOfARowHasOneNeighbour()
    {
        var guessers = new NeighbourBaseline([[5, 6, 2], [5, 6, 2], [8, 9, 6]]);
        NeighbourBaselineScore score = guessers.Score(new Rows(
            new MaskedRow(new TokenRow([Mask, 9, 6]), [0], [8]), // 8, from its right neighbour
            new MaskedRow(new TokenRow([2, 8, Mask]), [2], [9]))); // 9, from its left one
        Assert.Equal(new NeighbourBaselineScore(0, 1, 2), score);
    }

    private sealed class Rows(params MaskedRow[] rows) : IMaskedRows
    {
        public long Count => rows.Length;

        public int MaxLength => 3;

        public int LengthOf(long row) => rows[row].Input.Ids.Length;

        public MaskedRow At(long row, long epoch, double done = 0) => rows[row];
    }
}
