using BiGS.Evaluation;

namespace BiGS.Tests.Evaluation;

/// <summary>Entities as seqeval's default reads tags.</summary>
public class EntityMatchesTests
{
    [Theory]
    [InlineData("B-PER I-PER O B-LOC", "PER 0-1, LOC 3-3")]
    [InlineData("I-PER I-PER O", "PER 0-1")] // an I that follows nothing begins one
    [InlineData("B-PER B-PER", "PER 0-0, PER 1-1")]
    [InlineData("B-PER I-LOC I-LOC", "PER 0-0, LOC 1-2")] // a change of kind parts them
    [InlineData("S-LOC B-PER I-PER E-PER I-PER", "LOC 0-0, PER 1-3, PER 4-4")]
    [InlineData("O O", "")]
    [InlineData("", "")]
    [InlineData("B I O B", "_ 0-1, _ 3-3")]
    [InlineData("B-work-of-art I-work-of-art", "work-of-art 0-1")]
    public void TagsMakeEntities(string tags, string entities) => Assert.Equal(
        entities, string.Join(", ", EntityMatches.Entities(tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(e => $"{e.Kind} {e.First}-{e.Last}")));

    [Fact]
    public void WordsAndKindMustBothBeRight()
    {
        string[] truth = ["B-PER", "I-PER", "O", "B-LOC", "B-LOC"];
        string[] guesses = ["B-PER", "O", "O", "B-LOC", "B-PER"];
        EntityMatches matches = EntityMatches.Of(truth, guesses);
        Assert.Equal(new EntityMatches(1, 3, 3), matches);
        Assert.Equal((1.0 / 3, 1.0 / 3, 1.0 / 3), (matches.Precision, matches.Recall, matches.F1));
    }

    [Fact]
    public void NothingGuessedOrNothingThereIsZero()
    {
        Assert.Equal((0, 0, 0), Figures(EntityMatches.Of(["B-X"], ["O"])));
        Assert.Equal((0, 0, 0), Figures(EntityMatches.Of(["O"], ["B-X"])));
        Assert.Equal((0, 0, 0), Figures(EntityMatches.Of(["O"], ["O"])));
        static (double, double, double) Figures(EntityMatches matches) => (matches.Precision, matches.Recall, matches.F1);
    }
}
