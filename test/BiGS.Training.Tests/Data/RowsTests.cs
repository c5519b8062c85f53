using BiGS.Training.Data;
using CsCheck;

namespace BiGS.Training.Tests.Data;

/// <summary>Rows by arithmetic against rows by making lists.</summary>
public class RowsTests
{
    private static readonly SpecialTokens Special = new(Pad: 0, Unknown: 1, Classification: 2, Separator: 3, Mask: 4);

    /// <summary>Every token of a corpus is another one, so that a token says where it came from.</summary>
    private static readonly Gen<List<int[]>> Corpora = Gen.Int[0, 60].Array[1, 12].Select(lengths =>
    {
        int next = 100;
        return lengths.Select(length => Enumerable.Range(0, length).Select(_ => next++).ToArray()).ToList();
    });

    [Fact]
    public void DocumentRowsAreDocumentsCutAndFramed() =>
        Gen.Select(Corpora, Gen.Int[3, 40]).Where(c => c.Item1.Any(d => d.Length > 0)).Sample((documents, maxLength) =>
            Assert.Equal(CutDocuments(documents, maxLength), All(new DocumentRows(new DocumentsInMemory(documents), Special, maxLength))), iter: 2000);

    /// <summary>So many that rows are found by counting from the nearest document that was remembered; and numbers of documents at the edges.</summary>
    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(128)]
    [InlineData(300)]
    public void ManyDocumentsAreCutAsFewAre(int count) => Gen.Int[0, 30].Array[count].Select(lengths =>
        lengths.Select((length, d) => Enumerable.Range(100 + (31 * d), length).ToArray()).ToList()).Where(c => c.Any(d => d.Length > 0)).Sample(documents =>
        {
            Assert.Equal(CutDocuments(documents, 9), All(new DocumentRows(new DocumentsInMemory(documents), Special, 9)));
            Assert.Equal(CutDocuments(documents, 9), All(new ConcatenatedRows([.. documents.Chunk(70).Where(chunk => chunk.Any(d => d.Length > 0)).Select(chunk => new DocumentRows(new DocumentsInMemory(chunk), Special, 9))])));
        }, iter: 50);

    [Fact]
    public void NoRowCrossesADocument() =>
        Gen.Select(Corpora, Gen.Int[3, 40]).Where(c => c.Item1.Any(d => d.Length > 0)).Sample((documents, maxLength) =>
            Assert.All(All(new DocumentRows(new DocumentsInMemory(documents), Special, maxLength)), row =>
            {
                Assert.InRange(row.Length, 3, maxLength);
                Assert.Equal((Special.Classification, Special.Separator), (row[0], row[^1]));
                Assert.Single(documents, document => document.Intersect(row).Any());
            }));

    [Fact]
    public void PackedRowsAreOneStreamCut() =>
        Gen.Select(Corpora, Gen.Int[2, 40]).Sample((documents, maxLength) =>
        {
            List<int[]> expected = CutStream(documents, maxLength);
            var inMemory = new DocumentsInMemory(documents);
            if (expected.Count == 0)
            {
                Assert.Contains($"one packed row of {maxLength}", Assert.Throws<ArgumentException>(() => new PackedRows(inMemory, Special, maxLength)).Message);
                return;
            }

            Assert.Equal(expected, All(new PackedRows(inMemory, Special, maxLength)));
        }, iter: 2000);

    [Fact]
    public void AnEmptyCorpusAndATooShortRowAreNamed()
    {
        var empty = new DocumentsInMemory([[], []]);
        Assert.Contains("no token", Assert.Throws<ArgumentException>(() => new DocumentRows(empty, Special, 16)).Message);
        Assert.Throws<ArgumentException>(() => new PackedRows(empty, Special, 16));
        var some = new DocumentsInMemory([[7, 8, 9]]);
        Assert.Contains("at least 3", Assert.Throws<ArgumentException>(() => new DocumentRows(some, Special, 2)).Message);
        Assert.Throws<ArgumentException>(() => new PackedRows(some, Special, 1));
    }

    /// <summary>The rule in words: pieces of the room between the frame; a rest of fewer than eight tokens stays only as a whole document.</summary>
    private static List<int[]> CutDocuments(List<int[]> documents, int maxLength)
    {
        var rows = new List<int[]>();
        foreach (int[] document in documents)
        {
            foreach (int[] piece in document.Chunk(maxLength - 2))
            {
                if (piece.Length == maxLength - 2 || piece.Length >= 8 || piece.Length == document.Length)
                {
                    rows.Add([Special.Classification, .. piece, Special.Separator]);
                }
            }
        }

        return rows;
    }

    private static List<int[]> CutStream(List<int[]> documents, int maxLength) =>
    [
        .. documents.SelectMany(document => document.Append(Special.Separator)).Chunk(maxLength - 1)
            .Where(piece => piece.Length == maxLength - 1).Select(piece => (int[])[Special.Classification, .. piece]),
    ];

    private static List<int[]> All(IRowSource rows)
    {
        var all = new List<int[]>();
        for (long row = 0; row < rows.Count; row++)
        {
            int[] ids = new int[rows.MaxLength];
            all.Add(ids[..rows.Fill(row, ids)]);
        }

        return all;
    }
}
