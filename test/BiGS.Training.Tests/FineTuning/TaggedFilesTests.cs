using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

/// <summary>Files of tagged sentences in the forms in which they are published, and what their tags count as.</summary>
public sealed class TaggedFilesTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("john B-PER\nlives O\n\nin O\n", "john/B-PER lives/O | in/O")]
    [InlineData("john\tB-PER\r\nlives\tO\r\n\r\n\r\n \t\r\nin\tO\r\n", "john/B-PER lives/O | in/O")]
    [InlineData("-DOCSTART- -X- -X- O\n\njohn NNP B-NP B-PER\n\n-docstart-\tO\nin IN B-PP O\n", "john/B-PER | in/O")]
    [InlineData("# sent_id = 1\n# text = john lives\njohn B-PER\nlives O\n\n#\n#\tnewdoc\nin O\n", "john/B-PER lives/O | in/O")]
    [InlineData("#begin document (a); part 000\njohn B-PER\n# O\nlives O\n\n#end document\n", "john/B-PER #/O lives/O")]
    [InlineData("john\tB-PER\n\u00a0\tO\n\u200b\tO\n", "john/B-PER \u00a0/O \u200b/O")]
    [InlineData("\u3000 O\n\u00a0 B-PER\n", "\u3000/O \u00a0/B-PER")]
    [InlineData("New York\tB-LOC\nis\tO\n", "New York/B-LOC is/O")]
    [InlineData("1\tjohn\tjohn\tPROPN\tNNP\t_\t2\tnsubj\t_\t_\n2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\n2\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_\n3\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_\n3.1\tx\tx\tX\tX\t_\t_\t_\t_\t_\n", "john/PROPN do/AUX n't/PART")]
    [InlineData("#\thttp://a.de [2009]\n1\tjohn\tB-PER\tO\n2\tlives\tO\tO\n", "john/O lives/O")]
    [InlineData("1\tCD\n2\tCD\n", "1/CD 2/CD")]
    public void ConllFilesAreReadAsTheyAre(string text, string sentences) =>
        Assert.Equal(sentences, Sentences(TaggedExample.Read(_temporary.File("a.conll", text), tables: Tables)));

    [Fact]
    public void AnotherColumnMayHoldTheTags()
    {
        string germeval = _temporary.File("a.tsv", "#\thttp://a.de\n1\tjohn\tB-PER\tO\n2\tlives\tO\tO\n");
        Assert.Equal("john/B-PER lives/O", Sentences(TaggedExample.Read(germeval, Column.Parse("3"), Tables)));
        Assert.Contains("column 2", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Contains("number 9", Assert.Throws<InvalidDataException>(() => TaggedExample.Read(germeval, Column.Parse("9")).ToArray()).Message, StringComparison.Ordinal);
        Assert.Contains("from 1", Assert.Throws<ArgumentException>(() => TaggedExample.Read(germeval, Column.Parse("pos")).ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatMayBeAWordAndIsTakenForACommentIsSaid()
    {
        Assert.Equal("john/B-PER", Sentences(TaggedExample.Read(_temporary.File("a.conll", "#\tO\njohn\tB-PER\n"), tables: Tables)));
        Assert.Contains("line 1: \"# O\"", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("john B-PER\nlives\n", "line 2: \"lives\" has no tag")]
    [InlineData("john\tB-PER\nlives\t\n", "line 2: \"lives\" has no tag")]
    [InlineData("john NNP B-PER\n\nlives O\n", "line 3: \"lives\" has 2 columns")]
    [InlineData("john B-PER\nlives VBZ O\n", "line 2: \"lives\" has 3 columns")]
    public void ALineWithoutItsTagIsNamed(string text, string says) => Assert.Contains(
        says, Assert.Throws<InvalidDataException>(() => TaggedExample.Read(_temporary.File("a.conll", text)).ToArray()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a.jsonl", """{"tokens": ["john", "lives"], "tags": ["B-PER", "O"]}""")]
    [InlineData("a.jsonl", """{"id": "0", "tokens": ["john", "lives"], "pos_tags": ["N", "V"], "ner_tags": ["B-PER", "O"]}""")]
    [InlineData("a.jsonl", """{"words": ["john", "lives"], "labels": ["B-PER", "O"]}""")]
    [InlineData("a.json", """[{"tokens": ["john", "lives"], "ner_tags": ["B-PER", "O"]}]""")]
    public void TablesHoldArrays(string name, string text) => Assert.Equal("john/B-PER lives/O", Sentences(TaggedExample.Read(_temporary.File(name, text))));

    [Fact]
    public void TagsOfATableAreFoundByName() => Assert.Equal("john/N", Sentences(TaggedExample.Read(
        _temporary.File("a.jsonl", """{"tokens": ["john"], "pos_tags": ["N"], "ner_tags": ["O"]}"""), Column.Parse("pos_tags"))));

    [Theory]
    [InlineData("""{"tags": ["O"]}""", "tokens")]
    [InlineData("""{"tokens": "john", "tags": ["O"]}""", "the tokens are john")]
    [InlineData("""{"tokens": [["john"]], "tags": ["O"]}""", "JSON array")]
    [InlineData("""{"tokens": ["john", "lives"], "tags": ["O"]}""", "2 tokens and 1 tags")]
    public void ABrokenRowIsNamed(string row, string says)
    {
        string path = _temporary.File("a.jsonl", row);
        string message = Assert.Throws<InvalidDataException>(() => TaggedExample.Read(path).ToArray()).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", """{"tokens": ["john", "lives"], "ner_tags": [1, 0]}""")]
    [InlineData("a.jsonl", """{"tokens": ["john", "lives"], "ner_tags": ["1", "0"]}""")]
    [InlineData("a.conll", "john 1\nlives 0\n")]
    public void NumberedTagsNeedNames(string name, string text)
    {
        string path = _temporary.File(name, text);
        string message = Assert.Throws<InvalidDataException>(() => new TokenTagging().FindLabels([path])).Message;
        Assert.Contains("the tags are numbers (1, 0)", message, StringComparison.Ordinal);
        Assert.Contains("TokenTagging.TagNames", message, StringComparison.Ordinal);
        var named = new TokenTagging { TagNames = ["O", "B-PER", "I-PER"] };
        Assert.Equal(["O", "B-PER", "I-PER"], named.FindLabels([path]));
        Assert.Equal([-100, 1, 0, -100], ((TagsTarget)Assert.Single(named.Read([path], named.FindLabels([path]), Rows).Samples).Target!).Tags);
        Assert.Contains("the tag 1 is none of", Assert.Throws<InvalidDataException>(() => new TokenTagging { TagNames = ["O"] }.FindLabels([path])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATagWithoutAPrefixIsItsOwnKind()
    {
        Score score = Guessed("john PER\nlives O\nin O\nparis LOC\n", ["PER", "O", "O", "PER"]);
        Assert.Equal(0.5, score.Metrics["f1"]);
        Assert.Equal("IO", score.Notes["scheme"]);
        Assert.Equal(new EntityMatches(0, 0, 1), score.PerType["LOC"]);
        Assert.Equal(new EntityMatches(1, 2, 1), score.PerType["PER"]);
    }

    [Fact]
    public void TagsThatAreNoEntitiesAreCountedWordByWord()
    {
        string pos = "john NOUN\nlives VERB\nin ADP\nparis NOUN\n";
        string path = _temporary.File("pos.conll", pos);
        var kind = new TokenTagging();
        Assert.Equal(["ADP", "NOUN", "VERB"], kind.FindLabels([path]));
        LabelledExamples examples = kind.Read([path], kind.FindLabels([path]), Rows);
        Assert.Equal("accuracy", kind.BestMetricOf(examples));
        Score score = Guessed(pos, ["NOUN", "NOUN", "ADP", "NOUN"]);
        Assert.Equal((0.75, 0.75), (score.Metrics["accuracy"], score.Metrics["f1"]));
        Assert.Equal("accuracy", score.Metrics.Keys.First());
        Assert.Equal(0.5, examples.Score("ner", examples.Baseline(examples)).Metrics["accuracy"]); // NOUN, the most frequent
    }

    [Fact]
    public void StrictFiguresStandBesideTheUsual()
    {
        Score score = Guessed("john B-PER\nlives L-PER\nin O\nparis U-LOC\n", ["B-PER", "L-PER", "O", "U-LOC"]);
        Assert.Equal(("BILOU", 1, 1), (score.Notes["scheme"], score.Metrics["f1"], score.Metrics["strict_f1"]));
        Assert.Equal((2, 2), (score.PerType.Values.Sum(type => type.True), score.PerType.Values.Sum(type => type.Guessed)));

        Score broken = Guessed("john B-PER\nlives I-PER\nin O\nparis B-LOC\n", ["I-PER", "I-PER", "O", "B-LOC"]);
        Assert.Equal(1, broken.Metrics["f1"]);
        Assert.Equal(2.0 / 3, broken.Metrics["strict_f1"], 12); // what nothing begins is no entity
    }

    [Fact]
    public void AWordThatTheRowCutsOffIsWrong()
    {
        string path = _temporary.File("a.conll", "john NOUN\nlives VERB\nin ADP\nparis NOUN\n");
        var kind = new TokenTagging();
        LabelledExamples examples = kind.Read([path], kind.FindLabels([path]), Rows with { MaxLength = 4 });
        float[] right = [.. ((TagsTarget)examples.Samples[0].Target!).Tags.SelectMany(tag => OneHot(Math.Max(0, tag)))];
        Assert.Equal(0.5, examples.Score("ner", [right]).Metrics["accuracy"]);
    }

    private RowBuilder Rows => new(new WordPieceTrainer { Size = 120 }.Train(["john lives in paris", "john lives in paris"]), 32);

    private TableOptions Tables => new() { Warn = _warnings.Add };

    /// <summary>The score of a sentence whose words get these tags.</summary>
    private Score Guessed(string text, string[] guesses)
    {
        string path = _temporary.File("guessed.conll", text);
        var kind = new TokenTagging();
        IReadOnlyList<string> labels = [.. kind.FindLabels([path]).Union(guesses)];
        LabelledExamples examples = kind.Read([path], labels, Rows);
        Assert.Equal(guesses.Length + 2, examples.Samples[0].Length); // every word is one piece
        float[] logits = new float[labels.Count * (guesses.Length + 2)];
        foreach ((int word, string guess) in guesses.Index())
        {
            logits[((word + 1) * labels.Count) + labels.ToList().IndexOf(guess)] = 1;
        }

        return examples.Score("ner", [logits]);
    }

    private static string Sentences(IEnumerable<TaggedExample> examples) =>
        string.Join(" | ", examples.Select(example => string.Join(' ', example.Words.Zip(example.Tags!, (word, tag) => $"{word}/{tag}"))));

    private static float[] OneHot(int tag) => [.. Enumerable.Range(0, 3).Select(i => i == tag ? 1f : 0)];
}
