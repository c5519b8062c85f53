using BiGS.Support;
using BiGS.Training.Distillation;

namespace BiGS.Training.Tests.Distillation;

public class DistillationTextsTests
{
    private const string Document = """
        The river Oder
        The river rises in the hills of Moravia. It flows north for many hundred miles. Ships reach the inner harbour in summer.
        Two towns lie on its banks, and each has a bridge. The older bridge was built by monks.
        """;

    [Fact]
    public void ADocumentGivesItsTitleAndItsSentencesInOrder()
    {
        string[] pieces = [.. new TextPieces(seed: 1).Of(Document, number: 0)];
        Assert.Equal("The river Oder", pieces[0]);
        Assert.Equal(
            "The river rises in the hills of Moravia. It flows north for many hundred miles. Ships reach the inner harbour in summer. "
            + "Two towns lie on its banks, and each has a bridge. The older bridge was built by monks.",
            string.Join(' ', pieces[1..]));
    }

    [Fact]
    public void SixTextsInTenAreOneSentence()
    {
        string document = string.Join(' ', Enumerable.Range(0, 20_000).Select(i => $"This is the plain sentence number {i}."));
        int[] lengths = [.. new TextPieces(seed: 1).Of(document, number: 3).Select(piece => piece.Count(c => c == '.'))];
        Assert.InRange(lengths.Count(length => length == 1) / (double)lengths.Length, 0.57, 0.63);
        Assert.Equal(12, lengths.Max());
    }

    [Theory]
    [InlineData("What is the capital of France?")]
    [InlineData("dogs running")]
    public void ATextWithoutSentencesToChooseFromStaysAsItIs(string text) => Assert.Equal([text], new TextPieces(seed: 1).Of(text, number: 0));

    [Fact]
    public void NoTextHoldsASentenceThatIsExcluded()
    {
        var excluded = new ExcludedTexts(["Two towns lie on its banks, and each has a bridge!", "What is the capital of France?"]);
        Assert.True(excluded.Contains("Ships come. It is far. TWO TOWNS lie on its banks and each has a bridge. The older bridge was built by monks."));
        Assert.True(excluded.Contains("what is the capital of france"));
        Assert.False(excluded.Contains("The older bridge was built by monks."));
    }

    [Fact]
    public void ASmallerDrawIsTheBeginningOfALargerOne()
    {
        using var folder = new TemporaryFolder();
        string many = folder.File("many.txt", string.Join("\n\n", Enumerable.Range(0, 400).Select(i => $"The first thing about {i} is its size. The second thing about {i} is its colour.")));
        string few = folder.File("few.jsonl", string.Join('\n', Enumerable.Range(0, 30).Select(i => $$"""{"text": "who was number {{i}}"}""")));
        var options = new DistillationOptions { Teacher = "", Corpus = [many, few], Weights = [3, 1], Texts = 100 };
        IReadOnlyList<string> larger = DistillationTexts.Draw(options, TestContext.Current.CancellationToken);
        IReadOnlyList<string> smaller = DistillationTexts.Draw(options with { Texts = 40 }, TestContext.Current.CancellationToken);

        Assert.Equal(larger.Take(smaller.Count), smaller);
        Assert.Equal(100, larger.Count);
        Assert.Equal(25, larger.Count(text => text.StartsWith("who", StringComparison.Ordinal)));
        Assert.InRange(smaller.Take(20).Count(text => text.StartsWith("who", StringComparison.Ordinal)), 4, 6); // spread evenly
    }
}
