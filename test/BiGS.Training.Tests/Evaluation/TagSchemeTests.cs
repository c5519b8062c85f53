using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

/// <summary>How tags mark entities: worked out by hand, after what seqeval 1.2.2 counts by default and in its strict mode.</summary>
public class TagSchemeTests
{
    [Theory]
    [InlineData("B-PER I-PER O B-LOC", "IOB2")]
    [InlineData("B_PER I_PER O B_LOC", "IOB2")]
    [InlineData("B-PER O B-LOC", "IOB2")]
    [InlineData("I-PER I-PER O I-LOC B-LOC", "IOB1")]
    [InlineData("I-PER I-PER O I-LOC", "IO")]
    [InlineData("B-PER E-PER O S-LOC", "IOBES")]
    [InlineData("B-PER M-PER E-PER W-LOC", "IOBES")]
    [InlineData("B M E S", "IOBES")]
    [InlineData("B-PER L-PER O U-LOC", "BILOU")]
    [InlineData("B-PER L-PER O S-LOC", "mixed")]
    [InlineData("B-PER I-PER O MISC", "mixed")]
    [InlineData("PER-B PER-I O", "IOB2")]
    [InlineData("PER O LOC", "IO")]
    [InlineData("NOUN VERB ADP", "none")]
    [InlineData("B-NP VERB", "none")]
    [InlineData("O O", "IO")]
    public void ASchemeIsRecognised(string tags, string name) => Assert.Equal(name, Of(tags).Name);

    /// <summary>One broken entity among many is a slip of the annotators, and no other scheme.</summary>
    [Fact]
    public void TheSchemeThatMostTagsFollowIsRecognised()
    {
        string[][] sentences = [["B-PER", "I-PER"], ["O", "I-PER"], ["B-LOC"], ["B-PER"]];
        Assert.Equal("IOB2", TagScheme.Recognize(["B-PER", "I-PER", "B-LOC", "O"], sentences).Name);
    }

    [Theory]
    [InlineData("B-PER I-PER O B-LOC", "PER 0-1, LOC 3-3")]
    [InlineData("O I-PER I-PER O", "PER 1-2")] // an I that follows nothing begins one
    [InlineData("B-PER B-PER", "PER 0-0, PER 1-1")]
    [InlineData("B-PER I-LOC I-LOC", "PER 0-0, LOC 1-2")] // a change of kind parts them
    [InlineData("I-PER B-PER I-PER", "PER 0-0, PER 1-2")]
    [InlineData("S-LOC B-PER I-PER E-PER I-PER", "LOC 0-0, PER 1-3, PER 4-4")]
    [InlineData("B-PER E-PER E-PER", "PER 0-1, PER 2-2")]
    [InlineData("S-PER S-PER O E-PER", "PER 0-0, PER 1-1, PER 3-3")]
    [InlineData("O O", "")]
    [InlineData("", "")]
    [InlineData("B I O B", "_ 0-1, _ 3-3")]
    [InlineData("B-work-of-art I-work-of-art", "work-of-art 0-1")]
    [InlineData("B_PER I_PER B_LOC O", "PER 0-1, LOC 2-2")]
    [InlineData("B-PER L-PER O U-LOC", "PER 0-1, LOC 3-3")]
    [InlineData("B-PER I-PER L-PER U-LOC O U-PER", "PER 0-2, LOC 3-3, PER 5-5")]
    [InlineData("U-PER U-PER O", "PER 0-1")] // by default seqeval does not know U, and takes both for one
    [InlineData("B-PER L-PER B-PER L-PER", "PER 2-3")] // nor does L end what it goes on with
    [InlineData("PER PER O LOC PER", "PER 0-1, LOC 3-3, PER 4-4")]
    [InlineData("PER-B PER-I O LOC-B", "PER 0-1, LOC 3-3")]
    [InlineData("NOUN NOUN VERB", "NOUN 0-0, NOUN 1-1, VERB 2-2")]
    public void TagsMakeEntities(string tags, string entities) => Assert.Equal(entities, Text(Of(tags).Entities(Tags(tags))));

    [Theory]
    [InlineData("IOB2", "B-PER I-PER O B-LOC B-LOC", "PER 0-1, LOC 3-3, LOC 4-4")]
    [InlineData("IOB2", "O I-PER I-PER O", "")] // not begun
    [InlineData("IOB2", "B-PER I-LOC I-LOC", "PER 0-0")]
    [InlineData("IOB2", "B-PER I-PER I-LOC O", "PER 0-1")]
    [InlineData("IOB1", "I-PER I-PER O I-LOC B-LOC", "PER 0-1, LOC 3-3, LOC 4-4")]
    [InlineData("IOB1", "O B-PER I-PER", "PER 2-2")] // B parts neighbours of a kind, and there is none before it
    [InlineData("IOB1", "I-PER B-LOC I-LOC", "PER 0-0, LOC 2-2")]
    [InlineData("IOB1", "I-PER B-PER B-LOC O", "PER 0-0")] // what a B of another kind follows has no end
    [InlineData("IOBES", "B-PER I-PER E-PER S-LOC O", "PER 0-2, LOC 3-3")]
    [InlineData("IOBES", "B-PER I-PER O S-LOC", "LOC 3-3")] // not ended
    [InlineData("IOBES", "B-PER E-LOC E-PER", "")]
    [InlineData("BILOU", "B-PER L-PER B-PER L-PER", "PER 0-1, PER 2-3")]
    [InlineData("BILOU", "U-PER U-PER I-PER L-PER", "PER 0-0, PER 1-1")]
    public void OnlyWellFormedTagsCountStrictly(string scheme, string tags, string entities) => Assert.Equal(entities, Text(Named(scheme).StrictEntities(Tags(tags))));

    [Fact]
    public void ASchemeWithoutRulesHasNoStrictEntities() =>
        Assert.Contains("IO", Assert.Throws<InvalidOperationException>(() => Of("PER O").StrictEntities(["PER"]).ToArray()).Message, StringComparison.Ordinal);

    private static TagScheme Named(string scheme) => scheme switch
    {
        "IOB1" => Of("I-PER O I-LOC B-LOC"),
        "IOB2" => Of("B-PER I-PER O B-LOC"),
        "IOBES" => Of("B-PER E-PER S-LOC"),
        _ => Of("B-PER L-PER U-LOC"),
    };

    private static TagScheme Of(string tags) => TagScheme.Recognize(Tags(tags), [Tags(tags)]);

    private static string[] Tags(string tags) => tags.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(IEnumerable<Entity> entities) => string.Join(", ", entities.Select(e => $"{e.Kind} {e.First}-{e.Last}"));
}
