using BiGS.Training.Data;

namespace BiGS.Training.Tests.Data;

public class HeldOutSplitTests
{
    /// <summary>The same by lists: every document is in one of the two parts, in its order and with its own tokens.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(257)]
    [InlineData(1_003)]
    [InlineData(250_123)]
    public void EveryDocumentIsInOnePart(int count)
    {
        int[][] documents = [.. Enumerable.Range(0, count).Select(d => Enumerable.Repeat(d, d % 4).ToArray())];
        (ITokenizedDocuments train, ITokenizedDocuments heldOut) = HeldOutSplit.Split(new DocumentsInMemory(documents));
        Assert.Equal(Math.Clamp(count / 100, 1, 2_000), heldOut.Count);

        long asideCount = heldOut.Count;
        var aside = Enumerable.Range(0, (int)asideCount).Select(i => (i * count / asideCount) + (count / asideCount / 2)).ToHashSet();
        Assert.Equal(documents.Where((_, d) => aside.Contains(d)), All(heldOut));
        Assert.Equal(documents.Where((_, d) => !aside.Contains(d)), All(train));
    }

    private static IEnumerable<int[]> All(ITokenizedDocuments documents)
    {
        for (long d = 0; d < documents.Count; d++)
        {
            int[] ids = new int[documents.TokensBefore(d + 1) - documents.TokensBefore(d)];
            documents.Copy(d, 0, ids);
            yield return ids;
        }
    }
}
