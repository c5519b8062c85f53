namespace BiGS.Search.Tests;

public class NearestNeighboursTests
{
    /// <summary>The same rows as sorting all of them, whatever the width and however they come in pieces.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(16, 10)]
    [InlineData(37, 1000)]
    public void FindsWhatSortingFinds(int width, int top)
    {
        var random = new Random(width);
        Half[] Vector() => [.. Enumerable.Range(0, width).Select(_ => (Half)random.Next(-3, 4))]; // whole numbers: sums are exact, ties are many
        float[] query = [.. Vector().Select(number => (float)number)];
        Half[][] rows = [.. Enumerable.Range(0, 500).Select(_ => Vector())];
        float Score(Half[] row) => row.Zip(query, (a, b) => (float)a * b).Sum();
        var nearest = new NearestNeighbours(query, top);
        nearest.Add(rows[..123].SelectMany(row => row).ToArray());
        nearest.Add(rows[123..].SelectMany(row => row).ToArray(), first: 123);
        Neighbour[] expected = [.. rows.Select((row, i) => new Neighbour(i, Score(row))).OrderByDescending(row => row.Score).Take(top)];
        Assert.Equal(expected, nearest.Neighbours);
    }

    /// <summary>Every half-precision number counts for what it is, the least and the largest included.</summary>
    [Fact]
    public void EveryHalfPrecisionNumberIsRead()
    {
        Half[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite)];
        foreach (Half[] some in all.Chunk(16))
        {
            for (int i = 0; i < some.Length; i++)
            {
                float[] query = new float[some.Length];
                query[i] = 0.5f;
                var nearest = new NearestNeighbours(query, 1);
                nearest.Add(some);
                Assert.Equal((float)some[i] / 2, nearest.Neighbours[0].Score);
            }
        }
    }
}
