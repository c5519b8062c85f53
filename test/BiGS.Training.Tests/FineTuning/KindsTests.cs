using BiGS.Inference;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Evaluation;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

/// <summary>How each kind of example becomes rows, and how answers become figures.</summary>
public sealed class KindsTests : IDisposable
{
    private const string Words = "the cat sat on a mat . who sat where ? dogs run fast , birds fly high in paris and london";

    private readonly TemporaryFolder _temporary = new();
    private readonly BertTokenizer _tokenizer = new WordPieceTrainer { Size = 200 }.Train([Words, Words]);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void APairIsTwoTextsOrTheAuthorsOne()
    {
        TokenRow sep = Rows(32).CreateRow("the cat", "a mat", "here");
        Assert.Equal("[CLS] the cat [SEP] a mat [SEP]", Text(sep));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1], Assert.IsType<int[]>(sep.TokenTypeIds));
        TokenRow cls = (Rows(32) with { PairStyle = PairStyle.Cls }).CreateRow("the cat", "a mat", "here");
        Assert.Equal("[CLS] the cat [CLS] , a mat [SEP]", Text(cls));
        Assert.Null(cls.TokenTypeIds);
    }

    [Fact]
    public void WhatIsCutIsSaid()
    {
        RowBuilder rows = Rows(6);
        Assert.Equal("[CLS] the cat sat on [SEP]", Text(rows.CreateRow("the cat sat on a mat", null, "'a', line 3")));
        Assert.Contains("'a', line 3 with 8", Assert.Single(rows.Warnings), StringComparison.Ordinal);
        Assert.Contains("line 4", Assert.Throws<InvalidDataException>(() => rows.CreateRow(" ", null, "'a', line 4")).Message, StringComparison.Ordinal);
        Assert.Contains("line 5", Assert.Throws<InvalidDataException>(() => rows.CreateRow("cat", "", "'a', line 5")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassesAreCountedAndScored()
    {
        string path = _temporary.File("a.tsv", "sentence\tlabel\nthe cat\tyes\na mat\tno\ndogs\tyes\n");
        TaskKind kind = TaskTable.Classification(Column.Named("sentence"), null, Column.Named("label"));
        Assert.Equal(["no", "yes"], kind.FindLabels([path]));
        LabelledExamples examples = kind.Read([path], ["no", "yes"], Rows(16));
        Assert.Equal([new ClassTarget(1), new ClassTarget(0), new ClassTarget(1)], examples.Samples.Select(sample => sample.Target));
        float[][] answers = [[0, 1], [0, 1], [0, 1]];
        Assert.Equal(2.0 / 3, examples.Score("own", answers).Metrics["accuracy"], 12);
        Assert.Equal(["0\tyes", "1\tyes", "2\tyes"], examples.PredictedLabels(answers));
        Assert.Equal(answers, examples.Baseline(examples));
        Assert.Equal([new ClassTarget(0)], examples.Subset(i => i == 1).Samples.Select(sample => sample.Target));
        string other = _temporary.File("b.tsv", "sentence\tlabel\nthe cat\tyes\nbirds\tperhaps\n");
        string message = Assert.Throws<InvalidDataException>(() => kind.Read([other], ["no", "yes"], Rows(16))).Message;
        Assert.Contains($"'{other}', line 3", message, StringComparison.Ordinal);
        Assert.Contains("\"perhaps\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersAreOrderedAsNumbers() =>
        Assert.Equal(["2", "10"], TaskTable.Classification(Column.Named("s", 1), null, Column.Named("l", 2)).FindLabels([_temporary.File("a.tsv", "x\t10\ny\t2\n")]));

    [Fact]
    public void ValuesAreFollowed()
    {
        string path = _temporary.File("a.csv", "a cat,the cat,4.5\ndogs run,birds fly,1\nthe mat,a mat,5\n");
        LabelledExamples examples = TaskTable.Regression(Column.Named("s", 1), Column.Named("t", 2), Column.Named("v", 3)).Read([path], [], Rows(16));
        Score score = examples.Score("own", [[2f], [1f], [3f]]);
        Assert.Equal(1, score.Metrics["spearman"], 12);
        Assert.Equal(0, examples.Score("own", examples.Baseline(examples)).Metrics["pearson"]);
        string broken = _temporary.File("b.csv", "a,b,much\n");
        Assert.Contains("\"much\"", Assert.Throws<InvalidDataException>(() => TaskTable.Regression(Column.Named("s", 1), null, Column.Named("v", 3)).Read([broken], [], Rows(16))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATagStandsOnAWordsFirstPiece()
    {
        string path = _temporary.File("a.conll", "-DOCSTART- O\n\nthe\tO\nxqz\tB-PER\nparis\tB-LOC\n\nlondon\tB-LOC\n");
        var kind = new TokenTagging();
        IReadOnlyList<string> labels = kind.FindLabels([path]);
        Assert.Equal(["B-LOC", "B-PER", "O"], labels);
        LabelledExamples examples = kind.Read([path], labels, Rows(32));
        Assert.Equal(2, examples.Count);
        Sample first = examples.Samples[0];
        int[] tags = ((TagsTarget)first.Target!).Tags;
        int[] pieces = [.. Enumerable.Range(0, tags.Length).Where(i => tags[i] != -100)];
        Assert.Equal([2, 1, 0], pieces.Select(i => tags[i]));
        Assert.Equal("paris", _tokenizer.Vocabulary.Tokens[first.Rows[0].Ids[pieces[2]]]);
        float[][] right = [.. examples.Samples.Select(sample => ((TagsTarget)sample.Target!).Tags.SelectMany(tag => OneHot(Math.Max(0, tag), 3)).ToArray())];
        Assert.Equal(1, examples.Score("ner", right).Metrics["f1"]);
        Assert.Equal((0, 0.25), (examples.Score("ner", examples.Baseline(examples)).Metrics["f1"], examples.Score("ner", examples.Baseline(examples)).Metrics["accuracy"]));
        Assert.Equal(["the\tO", "xqz\tB-PER", "paris\tB-LOC", "", "london\tB-LOC", ""], examples.PredictedLabels(right));
    }

    [Fact]
    public void TagsThatDoNotFitAreNamed()
    {
        string more = _temporary.File("a.jsonl", "{\"tokens\": [\"the\", \"cat\"], \"tags\": [\"O\", \"O\", \"O\"]}\n");
        Assert.Contains("2 tokens and 3 tags", Assert.Throws<InvalidDataException>(() => new TokenTagging().FindLabels([more])).Message, StringComparison.Ordinal);
        string none = _temporary.File("a.conll", "the\tO\ncat\n");
        Assert.Contains($"'{none}', line 2", Assert.Throws<InvalidDataException>(() => new TokenTagging().FindLabels([none])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongTextIsReadThroughWindows()
    {
        string context = string.Join(' ', Enumerable.Repeat("the cat sat on a mat .", 6)) + " birds fly high in paris .";
        string path = _temporary.File("a.json", $$"""
            {"data": [{"paragraphs": [{"context": "{{context}}", "qas": [
              {"id": "1", "question": "who sat where ?", "answers": [{"text": "paris", "answer_start": {{context.IndexOf("paris", StringComparison.Ordinal)}}}]},
              {"id": "2", "question": "who ?", "answers": [], "is_impossible": true}]}]}]}
            """);
        LabelledExamples examples = new QuestionAnswering().Read([path], [], Rows(24));
        Assert.Equal(2, examples.Count);
        Assert.All(examples.Samples, sample => Assert.InRange(sample.Length, 1, 24));
        Sample[] holding = [.. examples.Samples.Where(sample => sample.Target is SpanTarget { Start: > 0 })];
        Assert.NotEmpty(holding);
        Assert.All(holding, sample => Assert.Equal("paris", _tokenizer.Vocabulary.Tokens[sample.Rows[0].Ids[((SpanTarget)sample.Target!).Start]]));

        // A model that finds the word wherever it stands, and says "none" elsewhere, earns everything.
        float[][] answers = [.. examples.Samples.Select(sample => Spans(sample.Length, (SpanTarget)sample.Target!))];
        Score score = examples.Score("squad", answers);
        Assert.Equal((1, 1), (score.Metrics["exact_match"], score.Metrics["f1"]));
        Assert.Equal("""{"1":"paris","2":""}""", Assert.Single(examples.PredictedLabels(answers)));
        Assert.Equal(1, examples.Subset(q => q == 0).Score("squad", [.. examples.Subset(q => q == 0).Samples.Select(sample => Spans(sample.Length, (SpanTarget)sample.Target!))]).Metrics["f1"]);
    }

    [Fact]
    public void AnAnswerThatStandsElsewhereIsNamed()
    {
        string path = _temporary.File("a.json", """{"data": [{"paragraphs": [{"context": "the cat", "qas": [{"id": "q7", "question": "who ?", "answers": [{"text": "dog", "answer_start": 4}]}]}]}]}""");
        Assert.Contains("question q7", Assert.Throws<InvalidDataException>(() => new QuestionAnswering().Read([path], [], Rows(24))).Message, StringComparison.Ordinal);
        string flat = _temporary.File("b.json", "{\"data\": 3}");
        Assert.Contains("SQuAD", Assert.Throws<InvalidDataException>(() => new QuestionAnswering().Read([flat], [], Rows(24))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CharactersBeyondTheFirstPlaneCountOnce()
    {
        string path = _temporary.File("a.json", """{"data": [{"paragraphs": [{"context": "🐈🐈 cat", "qas": [{"id": "1", "question": "who ?", "answers": [{"text": "cat", "answer_start": 3}]}]}]}]}""");
        Assert.Equal(("cat", 5), Assert.Single(QuestionExample.Read(path)).Answers![0]);
    }

    [Fact]
    public void AContractFollowsItsHypothesis()
    {
        string path = _temporary.File("a.json", """
            {"documents": [{"id": 5, "text": "the cat sat", "annotation_sets": [{"annotations": {"nda-1": {"choice": "Entailment"}}}]}],
             "labels": {"nda-1": {"hypothesis": "a mat"}}}
            """);
        TextExample example = Assert.Single(TextExample.FromContracts(path));
        Assert.Equal(("a mat", "the cat sat", "Entailment"), (example.Text, example.Pair, example.Label));
    }

    [Fact]
    public void DistractorsStandBetweenAPair()
    {
        string path = _temporary.File("a.tsv", "sentence\tother\tlabel\nthe cat\ta mat\t1\ndogs\tbirds fly\t0\nwho\tparis\t1\nlondon\thigh\t0\n");
        TaskKind kind = TaskTable.Classification(Column.Named("sentence"), Column.Named("other"), Column.Named("label"));
        LabelledExamples plain = kind.Read([path], ["0", "1"], Rows(32));
        LabelledExamples distracted = kind.Read([path], ["0", "1"], Rows(32) with { Distractors = 1 });
        Assert.Equal("[CLS] the cat [SEP] a mat [SEP]", Text(plain.Samples[0].Rows[0]));
        Assert.Equal("[CLS] the cat [SEP] paris a mat [SEP]", Text(distracted.Samples[0].Rows[0]));
        Assert.Equal("[CLS] london [SEP] birds fly high [SEP]", Text(distracted.Samples[3].Rows[0]));
        Assert.Equal(plain.Samples.Select(sample => sample.Target), distracted.Samples.Select(sample => sample.Target));
    }

    [Fact]
    [Trait("Category", "Data")]
    public void TheFoldersAreFoundAsTheyAre()
    {
        foreach ((string task, string folder) in ((string, string)[])
            [("cola", "glue/cola"), ("sst2", "glue/sst2"), ("mrpc", "glue/mrpc"), ("stsb", "glue/stsb"), ("rte", "glue/rte"), ("ner", "ner"), ("choice", "multiple_choice"), ("contract-nli", "contract_nli")])
        {
            TaskDefinition row = TaskTable.All.Single(known => known.Name == task);
            string path = TaskDefinition.Find(Shared.Path(["data", .. folder.Split('/')]), row.Validation, "--validation");
            IReadOnlyList<string> labels = row.Kind.FindLabels([path]);
            Assert.True(row.Kind.Read([path], labels, Rows(64)).Count > 50, task);
        }
    }

    private RowBuilder Rows(int maxLength) => new(_tokenizer, maxLength);

    private string Text(TokenRow row) => string.Join(' ', row.Ids.Select(id => _tokenizer.Vocabulary.Tokens[id]));

    private static float[] OneHot(int place, int count)
    {
        float[] one = new float[count];
        one[place] = 1;
        return one;
    }

    private static float[] Spans(int length, SpanTarget span) => [.. OneHot(span.Start, length), .. OneHot(span.End, length)];
}
