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
        float[] Vector() => [.. Enumerable.Range(0, width).Select(_ => (float)random.Next(-3, 4))]; // whole numbers: sums are exact, ties are many
        float[] query = Vector();
        float[][] rows = [.. Enumerable.Range(0, 500).Select(_ => Vector())];
        float Score(float[] row) => row.Zip(query, (a, b) => a * b).Sum();
        var nearest = new NearestNeighbours(query, top);
        nearest.Add(rows[..123].SelectMany(row => row).ToArray());
        nearest.Add(rows[123..].SelectMany(row => row).ToArray(), first: 123);
        Neighbour[] expected = [.. rows.Select((row, i) => new Neighbour(i, Score(row))).OrderByDescending(row => row.Score).Take(top)];
        Assert.Equal(expected, nearest.Neighbours);
    }
}
