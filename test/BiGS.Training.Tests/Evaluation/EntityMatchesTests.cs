using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class EntityMatchesTests
{
    [Fact]
    public void WordsAndKindMustBothBeRight()
    {
        EntityMatches matches = Of("B-PER I-PER O B-LOC B-LOC", "B-PER O O B-LOC B-PER");
        Assert.Equal(new EntityMatches(1, 3, 3), matches);
        Assert.Equal((1.0 / 3, 1.0 / 3, 1.0 / 3), (matches.Precision, matches.Recall, matches.F1));
    }

    [Fact]
    public void NothingGuessedOrNothingThereIsZero()
    {
        Assert.Equal((0, 0, 0), Figures(Of("B-X", "O")));
        Assert.Equal((0, 0, 0), Figures(Of("O", "B-X")));
        Assert.Equal((0, 0, 0), Figures(Of("O", "O")));
        static (double, double, double) Figures(EntityMatches matches) => (matches.Precision, matches.Recall, matches.F1);
    }

    [Fact]
    public void EachKindIsCountedByItself()
    {
        IReadOnlyDictionary<string, EntityMatches> kinds = EntityMatches.ByKind([(Entities("B-PER O B-LOC"), Entities("B-PER B-ORG B-PER")), (Entities("B-LOC"), Entities("B-LOC"))]);
        Assert.Equal(["LOC", "ORG", "PER"], kinds.Keys);
        Assert.Equal(new EntityMatches(1, 1, 2), kinds["LOC"]);
        Assert.Equal(new EntityMatches(0, 1, 0), kinds["ORG"]);
        Assert.Equal(new EntityMatches(1, 2, 1), kinds["PER"]);
    }

    private static EntityMatches Of(string truth, string guesses) => EntityMatches.Count(Entities(truth), Entities(guesses));

    private static Entity[] Entities(string tags) => [.. TagScheme.Recognize(["B-X", "I-X", "O"], []).Entities(tags.Split(' '))];
}
