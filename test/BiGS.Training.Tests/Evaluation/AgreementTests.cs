using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Tests.Evaluation;

public class AgreementTests
{
    private const string MarvinAndLinzen =
        "category\tcondition\tgood\tbad\n"
        + "simple_agrmt\tsing_MS_MV\tthe author laughs\tthe author laugh\n"
        + "prep_anim\tplur\tthe authors near the guard are old .\tthe authors near the guard is old .\n";

    private const string Linzen =
        "n_attractors\tsentence\tmasked\tgood\tbad\n"
        + "0\tthe town is old .\tthe town ***mask*** old .\tis\tare\n"
        + "2\tthe \" author \" of the books , laughs .\tthe \" author \" of the books , ***mask*** .\tlaughs\tlaugh\n";

    private const string GulordavaHeader = "pattern\tconstr_id\tsent_id\tcorrect_number\tform\tclass\ttype\tprefix\tn_attr\tpunct\tfreq\tlen_context\tlen_prefix\tsent\n";

    private const string Gulordava =
        GulordavaHeader
        + "p\t1\t7\tsing\tlaughs\tcorrect\tgenerated\tThe old guard\t1\tFalse\t1\t1\t3\t\"The old guard swims near a \"\" book \"\" . <eos>\"\n"
        + "p\t1\t7\tsing\tlaugh\twrong\tgenerated\tThe old guard\t1\tFalse\t1\t1\t3\t\"The old guard swims near a \"\" book \"\" . <eos>\"\n"
        + "p\t0\t0\tplur\tare\tcorrect\toriginal\tThe books\t0\tFalse\t1\t1\t2\tThe books are old . <eos>\n"
        + "p\t0\t0\tplur\tis\twrong\toriginal\tThe books\t0\tFalse\t1\t1\t2\tThe books are old . <eos>\n";

    [Fact]
    public void MarvinAndLinzensPairsDifferInOneWord() => Holds("pairs.tsv", MarvinAndLinzen,
        new("the author [MASK] .", "laughs", "laugh", ["simple_agrmt"]),
        new("the authors near the guard [MASK] old .", "are", "is", ["prep_anim"]));

    [Fact]
    public void LinzensSentencesHaveAMark() => Holds("linzen.tsv", Linzen,
        new("the town [MASK] old .", "is", "are", ["attractors_0"]),
        new("the \" author \" of the books , [MASK] .", "laughs", "laugh", ["attractors_2"]));

    [Fact]
    public void GulordavasRowsComeInPairs() => Holds("generated.tab", Gulordava,
        new("The old guard [MASK] near a \" book \" .", "laughs", "laugh", ["generated", "generated_attractors_1"]),
        new("The books [MASK] old .", "are", "is", ["original", "original_attractors_0"]));

    [Theory]
    [InlineData("a.tsv", "", "none of the agreement sets")]
    [InlineData("a.tsv", "category\tcondition\tgood\n", "holds \"category, condition, good\"")]
    [InlineData("a.tsv", "category\tgood\tbad\n", "holds no row")]
    [InlineData("a.tsv", "category\tgood\tbad\nx\tthe author laughs\tan author laugh\n", "line 2: the sentences do not differ in exactly one word")]
    [InlineData("a.tsv", "category\tgood\tbad\nx\tthe author laughs\tthe author\n", "line 2: the sentences do not differ")]
    [InlineData("a.tsv", "category\tgood\tbad\nx\tthe author laughs\tthe author laughs\n", "line 2: the sentences do not differ")]
    [InlineData("a.tsv", "category\tgood\tbad\nx\tthe author laughs\n", "line 2: has 2 cells")]
    [InlineData("a.tsv", "n_attractors\tmasked\tgood\tbad\n1\tthe town .\tis\tare\n", "line 2: found ***mask*** 0 times")]
    [InlineData("a.tsv", "masked\tgood\tbad\nthe ***mask***\tis\tare\n", "no column \"n_attractors\"")]
    [InlineData("a.tab", GulordavaHeader + "p\t0\t0\tplur\tare\tcorrect\toriginal\tx\t0\tFalse\t1\t1\t2\tThe books are old .\n", "line 2: expected two rows")]
    [InlineData(
        "a.tab",
        GulordavaHeader + "p\t0\t0\tplur\tare\tcorrect\toriginal\tx\t0\tFalse\t1\t1\t9\tThe books .\np\t0\t0\tplur\tis\twrong\toriginal\tx\t0\tFalse\t1\t1\t9\tThe books .\n",
        "line 2: len_prefix is \"9\", but the sentence has 3 words")]
    public void ABrokenFileIsNamed(string name, string text, string what)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name, text);
        string message = Assert.Throws<InvalidDataException>(() => AgreementSet.Read(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    /// <summary>Every question by itself, in one row with all logits.</summary>
    [Fact]
    public void TheLikelierFormWinsAndATieIsWrong()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        (string Text, int Position, string Good, string Bad)[] asked =
        [
            ("the author [MASK] .", 3, "laughs", "laugh"),
            ("the author [MASK] .", 3, "likes", "like"),
            ("the authors near the guard [MASK] old .", 6, "are", "is"),
            ("the book that the old guards like [MASK] near .", 8, "is", "are"),
        ];
        double Alone(string text, int position, string form) => SmallWords.LogProbability(model, SmallWords.Row(text), position, SmallWords.Tokenizer.Vocabulary.Id(form));
        Score score = AgreementEvaluation.Score(
            model, SmallWords.Tokenizer,
            [
                .. asked.Select((q, i) => new AgreementQuestion(q.Text, q.Good, q.Bad, [$"question_{i}"])),
                .. asked.Select((q, i) => new AgreementQuestion(q.Text, q.Bad, q.Good, [$"turned_{i}"])),
                new AgreementQuestion("the author [MASK] .", "laughs", "Laughs", ["tie"]),
                new AgreementQuestion("the author [MASK] .", "swims", "swim", ["pieces"]),
                new AgreementQuestion("the author [MASK] .", "is", "was", ["pieces"]),
                new AgreementQuestion(string.Join(' ', Enumerable.Repeat("the", 23)) + " [MASK]", "is", "are", ["long"]),
            ],
            cancellationToken: TestContext.Current.CancellationToken);
        for (int i = 0; i < asked.Length; i++)
        {
            (string text, int position, string good, string bad) = asked[i];
            double right = Alone(text, position, good) > Alone(text, position, bad) ? 1 : 0;
            Assert.Equal(right, score.Metrics[$"accuracy_question_{i}"]);
            Assert.Equal(1 - right, score.Metrics[$"accuracy_turned_{i}"]);
        }

        Assert.Equal(0, score.Metrics["accuracy_tie"]);
        Assert.Equal(9, score.Count);
        Assert.Equal(4.0 / 9, score.Metrics["accuracy"], 1e-12);
        Assert.Equal((2, 1), (score.Skipped["not_one_piece"], score.Skipped["too_long"]));
        Assert.Equal((0, 0), (score.Counts["accuracy_pieces"], score.Counts["accuracy_long"]));
        Assert.DoesNotContain("accuracy_pieces", score.Metrics.Keys);
    }

    [Fact]
    public void WhereNothingIsLeftTheReasonsAreNamed()
    {
        using BiGSForMaskedLM model = SmallWords.Model();
        string message = Assert.Throws<ArgumentException>(() => AgreementEvaluation.Score(
            model, SmallWords.Tokenizer, [new AgreementQuestion("the author [MASK] .", "swims", "swim", ["pieces"])], cancellationToken: TestContext.Current.CancellationToken)).Message;
        Assert.Contains("1 as not one piece", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePublishedFilesAreRead()
    {
        IReadOnlyList<AgreementQuestion> Read(string file) => AgreementSet.Read(Shared.Path("data", "agreement", file));
        IReadOnlyList<AgreementQuestion> pairs = Read("marvin_linzen.tsv.gz");
        Assert.Equal(147_260, pairs.Count);
        Assert.Equal(18, pairs.Select(pair => pair.Groups[0]).Distinct().Count());
        Assert.Equal(87_180, pairs.Select(pair => pair.Text).Distinct().Count());
        IReadOnlyList<AgreementQuestion> linzen = Read("linzen_gulordava_subset.tsv.gz");
        Assert.Equal(7_485, linzen.Count);
        Assert.Equal(330, linzen.Count(question => question.Groups[0] == "attractors_4"));
        IReadOnlyList<AgreementQuestion> gulordava = Read("gulordava_english_generated.tab.gz");
        Assert.Equal((41, 369), (gulordava.Count(question => question.Groups[0] == "original"), gulordava.Count(question => question.Groups[0] == "generated")));
        Assert.Equal(
            "An agreeable insight executed in fifty [MASK] there add billion \" weapons \" in the Abdul Israelis , but underage commanders are slowly healthier than this .",
            gulordava[0].Text);
    }

    private static void Holds(string name, string text, params AgreementQuestion[] expected)
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<AgreementQuestion> questions = AgreementSet.Read(folder.File(name, text));
        Assert.Equal(expected.Length, questions.Count);
        foreach ((AgreementQuestion wanted, AgreementQuestion found) in expected.Zip(questions))
        {
            Assert.Equal((wanted.Text, wanted.Good, wanted.Bad), (found.Text, found.Good, found.Bad));
            Assert.Equal(wanted.Groups, found.Groups);
        }
    }
}
