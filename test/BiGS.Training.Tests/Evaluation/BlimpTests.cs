using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class BlimpTests
{
    private const string Rows =
        """
        {"sentence_good": "the author laughs .", "sentence_bad": "the author laugh .", "field": "morphology", "linguistics_term": "subject_verb_agreement", "UID": "a", "simple_LM_method": true}
        {"sentence_good": "the authors like the books .", "sentence_bad": "the authors likes the books .", "field": "syntax/semantics", "linguistics_term": "s-selection", "UID": "b", "simple_LM_method": true}
        """;

    [Fact]
    public void ReadsThePairsOfAFile()
    {
        using var folder = new TemporaryFolder();
        MinimalPair[] pairs = [.. Blimp.Read(folder.File("blimp.jsonl", Rows))];
        Assert.Equal(
            [
                new MinimalPair("the author laughs .", "the author laugh .", "morphology", "subject_verb_agreement"),
                new MinimalPair("the authors like the books .", "the authors likes the books .", "syntax/semantics", "s-selection"),
            ],
            pairs);
    }

    /// <summary>Pairs whose better sentence is known from scoring each by itself, once as they are and once turned round; equal sentences tie.</summary>
    [Fact]
    public void TheLikelierSentenceWinsAndATieIsWrong()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        var likelihood = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer);
        double Alone(string sentence) => likelihood.Score([sentence])[0].LogLikelihood;
        (string a, string b) = ("the author laughs .", "the author laugh .");
        (string likely, string unlikely) = Alone(a) > Alone(b) ? (a, b) : (b, a);
        string endless = string.Join(' ', Enumerable.Repeat("the", 23));
        Score score = Blimp.Score(
            likelihood,
            [
                new MinimalPair(likely, unlikely, "syntax_semantics", "Island-Effects"),
                new MinimalPair(likely, unlikely, "syntax/semantics", "binding"),
                new MinimalPair(unlikely, likely, "syntax", "binding"),
                new MinimalPair(likely, likely, "syntax", "binding"),
                new MinimalPair(likely, endless, "syntax", "binding"),
                new MinimalPair(endless, likely, "semantics", "quantifiers"),
            ],
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("blimp", score.Task);
        Assert.Equal(4, score.Count);
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["accuracy"] = 0.5,
                ["accuracy_field_syntax"] = 0,
                ["accuracy_field_syntax_semantics"] = 1,
                ["accuracy_binding"] = 1.0 / 3,
                ["accuracy_island_effects"] = 1,
            },
            score.Metrics);
        Assert.Equal((3, 0, 0), (score.Counts["accuracy_binding"], score.Counts["accuracy_quantifiers"], score.Counts["accuracy_field_semantics"]));
        Assert.Equal(2, score.Skipped["too_long"]);
        Assert.Equal(score.Metrics.Keys, score.Intervals.Keys);
    }

    [Theory]
    [InlineData("", "holds no row")]
    [InlineData("\n\n", "holds no row")]
    [InlineData("{\"sentence_good\": \"a\", \"field\": \"f\", \"linguistics_term\": \"t\"}", "no column \"sentence_bad\"")]
    [InlineData("{\"sentence_good\": \"a\", \"sentence_bad\": \"\", \"field\": \"f\", \"linguistics_term\": \"t\"}", "line 1: a sentence is empty")]
    [InlineData("{\"sentence_good\": ", "line 1, byte")]
    public void ABrokenFileIsNamed(string text, string what)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("blimp.jsonl", text);
        string message = Assert.Throws<InvalidDataException>(() => Blimp.Read(path).ToArray()).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePublishedFileIsRead()
    {
        MinimalPair[] pairs = [.. Blimp.Read(Shared.Path("data", "blimp", "blimp.jsonl.gz"))];
        Assert.Equal(67_000, pairs.Length);
        Assert.Equal(13, pairs.Select(pair => pair.Phenomenon).Distinct().Count());
        Assert.Equal(8_000, pairs.Count(pair => pair.Phenomenon == "island_effects"));
        Assert.Equal(new MinimalPair("Who should Derek hug after shocking Richard?", "Who should Derek hug Richard after shocking?", "syntax", "island_effects"), pairs[0]);
    }
}
