using BiGS.Training.Corpora;

namespace BiGS.Training.Tests.Corpora;

public class GrammarLexiconTests
{
    [Fact]
    public void AFormTellsItsNumber()
    {
        Assert.Empty(GrammarLexicon.Nouns.Select(noun => noun.Singular).Intersect(GrammarLexicon.Nouns.Select(noun => noun.Plural)));
        Assert.DoesNotContain(GrammarLexicon.Verbs, verb => verb.Singular == verb.Plural);
        Assert.Equal(GrammaticalNumber.Singular, GrammarLexicon.NumberOf("knife"));
        Assert.Equal(GrammaticalNumber.Plural, GrammarLexicon.NumberOf("knives"));
        Assert.Equal(GrammaticalNumber.Singular, GrammarLexicon.NumberOf("anna"));
        Assert.Null(GrammarLexicon.NumberOf("sings"));
    }

    [Fact]
    public void NoFormIsBothNounAndAnotherWord()
    {
        string[] nouns = [.. GrammarLexicon.Nouns.SelectMany(noun => new[] { noun.Singular, noun.Plural }), .. GrammarLexicon.Names.Keys];
        Assert.Equal(nouns.Length, nouns.Distinct().Count());
        IEnumerable<string> verbs = GrammarLexicon.Verbs
            .SelectMany(verb => new[] { verb.Base, verb.Singular, verb.Plural, verb.Past, verb.Participle });
        Assert.Empty(nouns.Intersect(verbs));
        Assert.Empty(nouns.Intersect(GrammarLexicon.Adjectives));
        Assert.Empty(nouns.Intersect(GrammarLexicon.Closed));
        Assert.Empty(GrammarLexicon.Adjectives.Intersect(verbs));
    }

    [Fact]
    public void EveryFormIsOnePlainWord()
    {
        Assert.All(GrammarLexicon.Words, word => Assert.Matches(@"^([a-z]+|[.,])$", word));
        Assert.InRange(GrammarLexicon.Words.Count, 800, 1500);
        Assert.Equal(GrammarLexicon.Words.Order(StringComparer.Ordinal), GrammarLexicon.Words);
    }

    [Theory]
    [InlineData("carry", "carries", "carried", "carried")]
    [InlineData("watch", "watches", "watched", "watched")]
    [InlineData("admire", "admires", "admired", "admired")]
    [InlineData("play", "plays", "played", "played")]
    [InlineData("drop", "drops", "dropped", "dropped")]
    [InlineData("eat", "eats", "ate", "eaten")]
    public void VerbsAreSpeltRight(string @base, string singular, string past, string participle) =>
        Assert.Contains(new Verb(@base, singular, @base, past, participle), GrammarLexicon.Verbs);

    [Theory]
    [InlineData("library", "libraries")]
    [InlineData("box", "boxes")]
    [InlineData("witness", "witnesses")]
    [InlineData("bench", "benches")]
    [InlineData("potato", "potatoes")]
    [InlineData("key", "keys")]
    [InlineData("child", "children")]
    public void NounsAreSpeltRight(string singular, string plural) =>
        Assert.Contains(GrammarLexicon.Nouns, noun => noun.Singular == singular && noun.Plural == plural);
}
