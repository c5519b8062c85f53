using BiGS.Configuration;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class PseudoLogLikelihoodTests
{
    /// <summary>What is fed while each piece of "the unbelievables swim" is asked for, written out.</summary>
    private static readonly (string Row, int Position, string Piece)[] PieceAlone =
    [
        ("[MASK] un ##believ ##able ##s swim", 1, "the"),
        ("the [MASK] ##believ ##able ##s swim", 2, "un"),
        ("the un [MASK] ##able ##s swim", 3, "##believ"),
        ("the un ##believ [MASK] ##s swim", 4, "##able"),
        ("the un ##believ ##able [MASK] swim", 5, "##s"),
        ("the un ##believ ##able ##s [MASK]", 6, "swim"),
    ];

    private static readonly (string Row, int Position, string Piece)[] WithRestOfWord =
    [
        ("[MASK] un ##believ ##able ##s swim", 1, "the"),
        ("the [MASK] [MASK] [MASK] [MASK] swim", 2, "un"),
        ("the un [MASK] [MASK] [MASK] swim", 3, "##believ"),
        ("the un ##believ [MASK] [MASK] swim", 4, "##able"),
        ("the un ##believ ##able [MASK] swim", 5, "##s"),
        ("the un ##believ ##able ##s [MASK]", 6, "swim"),
    ];

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void IsTheSumOverPiecesHiddenOneByOne(Architecture architecture, Routing routing)
    {
        using BiGSForMaskedLM model = SmallWords.Model(architecture, routing);
        string[] others = ["the author laughs .", "Books, books and a book that the old guards like are near the author .", "swims"];
        IReadOnlyList<SentenceScore> scores = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer).Score(
            [others[0], "the unbelievables swim", .. others[1..]], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(6, scores[1].Pieces);
        Assert.Equal(Slow(model, PieceAlone), scores[1].LogLikelihood, 1e-4);
        Assert.Equal([4, 6, 16, 2], scores.Select(score => score.Pieces));

        SentenceScore alone = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer).Score([others[1]], cancellationToken: TestContext.Current.CancellationToken)[0];
        Assert.Equal(alone.LogLikelihood, scores[2].LogLikelihood, 1e-4);
    }

    [Fact]
    public void TheRestOfAWordIsHiddenWithIt()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        SentenceScore score = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer, PieceMasking.RestOfWord).Score(
            ["the unbelievables swim"], cancellationToken: TestContext.Current.CancellationToken)[0];
        Assert.Equal(Slow(model, WithRestOfWord), score.LogLikelihood, 1e-4);
        Assert.NotEqual(Slow(model, PieceAlone), score.LogLikelihood, 1e-3);
    }

    [Fact]
    public void WithoutLongWordsBothWaysOfHidingAgree()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        string[] sentences = ["the author that likes the guards laughs .", "un . able"];
        double Score(PieceMasking hidden) => new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer, hidden).Score(sentences)[0].LogLikelihood;
        Assert.Equal(Score(PieceMasking.Single), Score(PieceMasking.RestOfWord), 1e-5);
    }

    [Fact]
    public void NothingIsAsLikelyAsCanBe()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        var likelihood = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer);
        Assert.Equal(new SentenceScore(0, 0), likelihood.Score([""], cancellationToken: TestContext.Current.CancellationToken)[0]);
        Assert.Empty(likelihood.Score([], cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void LengthsAreThoseThatTheModelReads()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        var likelihood = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer);
        Assert.Equal(8, likelihood.CountTokens("the unbelievables swim"));
        Assert.Equal(24, likelihood.MaxTokens);
        string endless = string.Join(' ', Enumerable.Repeat("the", 23));
        Assert.Contains("25 tokens", Assert.Throws<ArgumentException>(() => likelihood.Score([endless], cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Equal(22, likelihood.Score([endless[4..]], cancellationToken: TestContext.Current.CancellationToken)[0].Pieces);
    }

    /// <summary>Each piece in the 22 pieces around it, written out for the first, one in the middle and the last; what fits is scored as ever.</summary>
    [Fact]
    public void ALongSentenceIsReadThroughWindows()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        string[] words = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0 ? "the" : i % 3 == 1 ? "author" : "laughs")];
        var windows = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer, longSentences: LongSentenceBehavior.Window);
        double expected = Enumerable.Range(0, 40).Sum(i =>
        {
            int start = Math.Clamp(i - 11, 0, 18);
            string[] row = words[start..(start + 22)];
            row[i - start] = "[MASK]";
            return SmallWords.LogProbability(model, SmallWords.Row(string.Join(' ', row)), i - start + 1, SmallWords.Tokenizer.Vocabulary.Id(words[i]));
        });
        string[] sentences = [string.Join(' ', words), string.Join(' ', words[..22]), "the unbelievables swim"];
        IReadOnlyList<SentenceScore> scores = windows.Score(sentences, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(40, scores[0].Pieces);
        Assert.Equal(expected, scores[0].LogLikelihood, 1e-4);
        IReadOnlyList<SentenceScore> usual = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer).Score(sentences[1..], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(usual[0].LogLikelihood, scores[1].LogLikelihood, 1e-5);
        Assert.Equal(usual[1].LogLikelihood, scores[2].LogLikelihood, 1e-5);
        var cut = new PseudoLogLikelihood(model.MaskedWords(SmallWords.Tokenizer.Vocabulary.PadId), SmallWords.Tokenizer, longSentences: LongSentenceBehavior.Truncate);
        Assert.Equal(usual[0].LogLikelihood, cut.Score([sentences[0]], cancellationToken: TestContext.Current.CancellationToken)[0].LogLikelihood, 1e-4);
    }

    [Fact]
    public void ManySentencesComeToAMeanAndAPerplexity()
    {
        Score score = SentenceScoreSummary.Create("score", [new SentenceScore(-2, 1), new SentenceScore(-10, 5)]);
        Assert.Equal(-6, score.Metrics["score"], 1e-12);
        Assert.Equal(Math.Exp(2), score.Metrics["pseudo_perplexity"], 1e-12);
        Assert.Equal(2, score.Count);
        Assert.Equal(new Interval(-10, -2), score.Intervals["score"]);
        Assert.Throws<ArgumentException>(() => SentenceScoreSummary.Create("score", [new SentenceScore(0, 0)]));
    }

    private static double Slow(BiGSForMaskedLM model, (string Row, int Position, string Piece)[] questions) =>
        questions.Sum(q => SmallWords.LogProbability(model, SmallWords.Row(q.Row), q.Position, SmallWords.Tokenizer.Vocabulary.Id(q.Piece)));
}
