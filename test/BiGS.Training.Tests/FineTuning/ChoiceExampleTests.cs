using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

/// <summary>Questions with choices, in the layouts in which they are published; sentences are our own.</summary>
public sealed class ChoiceExampleTests : IDisposable
{
    private const string Words = "the cat sat on a mat . who sat where ? dogs run fast , birds fly high in paris and london what was cause happened as result";

    private readonly TemporaryFolder _temporary = new();
    private readonly BertTokenizer _tokenizer = new WordPieceTrainer { Size = 200 }.Train([Words, Words]);
    private readonly List<string> _warnings = [];
    private readonly List<string> _notes = [];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("COPA", "a.jsonl", """{"premise": "the cat sat", "choice1": "dogs run", "choice2": "a mat", "question": "cause", "idx": 0, "label": 1}""", "the cat sat", "What was the cause? a mat")]
    [InlineData("COPA", "a.jsonl", """{"premise": "the cat sat", "choice1": "dogs run", "choice2": "a mat", "question": "effect", "label": 0}""", "the cat sat", "What happened as a result? dogs run")]
    [InlineData("PIQA", "a.jsonl", """{"id": "7", "goal": "the cat sat", "sol1": "dogs run", "sol2": "a mat", "label": 1}""", "the cat sat", "a mat")]
    [InlineData("CosmosQA", "a.jsonl", """{"id": "x", "context": "the cat sat", "question": "where ?", "answer0": "dogs", "answer1": "a mat", "answer2": "birds", "answer3": "paris", "label": 3}""", "the cat sat", "where ? paris")]
    [InlineData("CosmosQA", "a.csv", "id,context,question,answer0,answer1,answer2,answer3,label\nx,\"the cat, sat\",where ?,dogs,a mat,birds,paris,0\n", "the cat, sat", "where ? dogs")]
    [InlineData("SocialIQA", "a.jsonl", """{"context": "the cat sat", "question": "where ?", "answerA": "dogs", "answerB": "a mat", "answerC": "birds", "label": "2"}""", "the cat sat", "where ? a mat")]
    [InlineData("SWAG", "a.csv", ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n0,v,1,the cat sat,the cat,sat,gold,on a mat,fast,high,in paris,0\n", "the cat", "sat on a mat")]
    [InlineData("HellaSwag", "a.jsonl", """{"ind": 1, "activity_label": "x", "ctx_a": "the cat sat .", "ctx_b": "birds", "ctx": "the cat sat . birds", "split": "train", "split_type": "indomain", "label": 2, "endings": ["run", "sat", "fly high", "in paris"]}""", "the cat sat .", "birds fly high")]
    [InlineData("HellaSwag", "a.jsonl", """{"ctx_a": "the cat sat .", "ctx_b": "", "ctx": "the cat sat .", "label": "1", "endings": ["run", "dogs run"]}""", "the cat sat .", "dogs run")]
    [InlineData("ARC", "a.jsonl", """{"id": "M", "question": {"stem": "who ?", "choices": [{"text": "cat", "label": "1"}, {"text": "mat", "label": "2"}, {"text": "dogs", "label": "3"}]}, "answerKey": "3"}""", "who ?", "dogs")]
    [InlineData("ARC", "a.jsonl", """{"id": "M", "question": "who ?", "choices": {"text": ["cat", "mat", "dogs", "birds", "paris"], "label": ["A", "B", "C", "D", "E"]}, "answerKey": "E"}""", "who ?", "paris")]
    [InlineData("CommonsenseQA", "a.jsonl", """{"answerKey": "B", "id": "h", "question": {"question_concept": "cat", "choices": [{"label": "A", "text": "cat"}, {"label": "B", "text": "mat"}], "stem": "who ?"}}""", "who ?", "mat")]
    [InlineData("OpenBookQA", "a.jsonl", """{"id": "7", "question_stem": "who", "choices": {"text": ["cat", "mat"], "label": ["A", "B"]}, "answerKey": "A"}""", "who", "cat")]
    [InlineData("RACE", "a.jsonl", """{"article": "the cat sat", "question": "who ?", "options": ["cat", "mat"], "answer": "A"}""", "the cat sat", "who ? cat")]
    [InlineData("no names", "a.csv", "who ?,cat,mat,dogs,birds,D\n", "who ?", "birds")]
    [InlineData("choices A, B", "a.tsv", "question\tA\tB\tC\tanswer\nwho ?\tcat\tmat\tdogs\tC\n", "who ?", "dogs")]
    [InlineData("array of choices", "a.jsonl", """{"question": "who ?", "choices": ["the cat", "a mat"], "answer": 1}""", "who ?", "a mat")]
    [InlineData("array of choices", "a.json", """[{"context": "birds fly", "question": "who ?", "choices": ["the cat", "birds"], "answer": "birds"}]""", "birds fly", "who ? birds")]
    [InlineData("QuALITY", "a.jsonl", """{"article": "the cat sat", "questions": [{"question": "who ?", "options": ["cat", "mat"], "gold_label": 2}]}""", "the cat sat", "who ? mat")]
    [InlineData("L-Eval", "a.jsonl", """{"input": "the cat sat", "instructions": ["who ?\n\n (A) cat \n (B) mat \n (C) dogs \n (D) birds \n\n Answer:"], "outputs": ["(C) dogs"]}""", "the cat sat", "who ? dogs")]
    public void EveryPublishedLayoutIsReadAndSaid(string layout, string name, string content, string text, string right)
    {
        ChoiceExample example = Assert.Single(Read(name, content));
        Assert.Equal((text, right), (example.Text, example.Choices[example.Right!.Value]));
        Assert.Contains(layout == "no names" ? _warnings : _notes, said => said.Contains(layout, StringComparison.Ordinal));
        Sample sample = Assert.Single(new MultipleChoice().Read([Path.Combine(_temporary.Path, name)], [], Rows).Samples);
        Assert.Equal(example.Right, ((ClassTarget)sample.Target!).Class);
    }

    [Fact]
    public void LabelsInAFileOfTheirOwnAreReadWithIt()
    {
        _temporary.File("train-labels.lst", "1\n0\n");
        string rows = "{\"goal\": \"the cat sat\", \"sol1\": \"dogs run\", \"sol2\": \"a mat\"}\n";
        Assert.Equal([1, 0], Read("train.jsonl", rows + rows).Select(example => example.Right));
        Assert.Contains("2 labels, but there are 1 questions", Assert.Throws<InvalidDataException>(() => Read("train.jsonl", rows)).Message, StringComparison.Ordinal);
        Assert.Null(Assert.Single(Read("tests.jsonl", rows)).Right);
    }

    [Theory]
    [InlineData("""{"premise": "the cat sat", "choice1": "dogs run", "choice2": "a mat", "question": "cause", "label": -1}""")]
    [InlineData("""{"ctx_a": "the cat sat .", "ctx_b": "", "ctx": "the cat sat .", "label": "", "endings": ["run", "dogs run"]}""")]
    [InlineData("""{"question": "who ?", "choices": {"text": ["cat", "mat"], "label": ["A", "B"]}, "answerKey": ""}""")]
    [InlineData("""{"question": {"stem": "who ?", "choices": [{"text": "cat", "label": "A"}, {"text": "mat", "label": "B"}]}}""")]
    [InlineData("""{"question": "who ?", "choices": ["cat", "mat"], "answer": null}""")]
    public void AnAnswerThatIsNotPublishedIsUnknown(string row)
    {
        Assert.Null(Assert.Single(Read("a.jsonl", row)).Right);
        Assert.Null(Assert.Single(new MultipleChoice().Read([Path.Combine(_temporary.Path, "a.jsonl")], [], Rows).Samples).Target);
    }

    /// <summary>ARC's answer keys are letters, and a few are digits: 1 is the first choice there. A column that has a 0 counts from 0.</summary>
    [Theory]
    [InlineData("who ?,cat,mat,dogs,birds,D\nwhere ?,paris,london,mat,cat,2\n", "3 1", "counted from 1")]
    [InlineData("who ?,cat,mat,dogs,birds,0\nwhere ?,paris,london,mat,cat,2\n", "0 2", "counted from 0")]
    [InlineData("who ?,cat,mat,dogs,birds,1\nwhere ?,paris,london,mat,cat,4\n", "0 3", "counted from 1")]
    [InlineData("who ?,cat,mat,dogs,birds,1\nwhere ?,paris,london,mat,cat,2\n", "1 2", "counted from 0")]
    [InlineData("who ?,cat,mat,dogs,birds,b\nwhere ?,paris,london,mat,cat,a\n", "1 0", "no names")]
    public void WhatNumbersCountFromIsDecidedOverTheFile(string rows, string right, string says)
    {
        Assert.Equal(right, string.Join(' ', Read("a.csv", rows).Select(example => example.Right)));
        Assert.Contains(_warnings, warning => warning.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void QuestionsThatLostTheirChoicesAreLeftOutAndCounted()
    {
        Assert.Equal([3, 2], Read("a.csv", "who ?,cat,mat,dogs,,B\nwhere ?,,,,,2\nwho ?,cat,mat,,,A\n").Select(example => example.Choices.Count));
        Assert.Contains(_warnings, warning => warning.Contains("1 of 3 questions have no choices", StringComparison.Ordinal) && warning.Contains("line 2", StringComparison.Ordinal));
        Assert.Contains("no question has choices", Assert.Throws<InvalidDataException>(() => Read("b.csv", "where ?,,,,,2\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswersThatAreTextsAreNotTakenForNumbers()
    {
        string rows = "{\"question\": \"who ?\", \"choices\": [\"2\", \"1\"], \"answer\": \"1\"}\n{\"question\": \"who ?\", \"choices\": [\"a mat\", \"the cat\"], \"answer\": \"a mat\"}\n";
        Assert.Equal([1, 0], Read("a.jsonl", rows).Select(example => example.Right));
    }

    [Fact]
    public void AnyOtherTableIsReadByItsColumns()
    {
        string path = _temporary.File("a.tsv", "story\task\tfirst\tsecond\tthird\tkey\nthe cat sat\twho ?\tcat\tmat\tdogs\tB\nbirds fly\twhere ?\tparis\tlondon\t\tA\n");
        var columns = new ChoiceColumns(Column.Parse("story"), Column.Parse("ask"), [Column.Parse("first"), Column.Parse("second"), Column.Parse("third")], Column.Parse("key"));
        IReadOnlyList<ChoiceExample> examples = ChoiceExample.Read(path, columns);
        Assert.Equal(("the cat sat", "who ? mat"), (examples[0].Text, examples[0].Choices[examples[0].Right!.Value]));
        Assert.Equal(["where ? paris", "where ? london"], examples[1].Choices);
        Assert.Contains("\"none\"", Assert.Throws<InvalidDataException>(() => ChoiceExample.Read(path, columns with { Question = Column.Parse("none") })).Message, StringComparison.Ordinal);

        string array = _temporary.File("b.jsonl", """{"ask": "who ?", "options": ["cat", "mat"], "key": "mat"}""");
        ChoiceExample ofArray = Assert.Single(ChoiceExample.Read(array, new ChoiceColumns(null, Column.Parse("ask"), [Column.Parse("options")], Column.Parse("key"))));
        Assert.Equal(("who ?", 1), (ofArray.Text, ofArray.Right));
    }

    [Theory]
    [InlineData("a.jsonl", """{"question": "who ?", "choices": ["cat", "mat"], "answer": 3}""", "none of 2 choices")]
    [InlineData("a.jsonl", """{"premise": "the cat", "choice1": "cat", "choice2": "mat", "question": "cause", "label": 2}""", "none of 2 choices")]
    [InlineData("a.jsonl", """{"premise": "the cat", "choice1": "cat", "choice2": "mat", "question": "why", "label": 1}""", "expected cause or effect")]
    [InlineData("a.jsonl", """{"question": "who ?", "answer": 2}""", "\"choices\"")]
    [InlineData("a.jsonl", """{"question": "who ?", "choices": ["cat"], "answer": 0}""", "at least two")]
    [InlineData("a.jsonl", """{"question": "who ?", "choices": "cat", "answer": 0}""", "expected an array of choices")]
    [InlineData("a.jsonl", """{"question": {"choices": []}}""", "\"stem\"")]
    [InlineData("a.jsonl", """{"ctx": "the cat", "endings": ["sat", ""], "label": 0}""", "empty")]
    [InlineData("a.csv", "who ?,cat,mat,dogs,birds,0\nwhere ?,cat,mat,dogs,birds,4\n", "line 2")]
    [InlineData("a.csv", "text,class\nthe cat,1\n", "ChoiceColumns.Choices")]
    [InlineData("a.tsv", "index\tsentence\tone\ttwo\tright\n", "COPA")]
    public void ABrokenFileIsNamed(string name, string content, string says)
    {
        string path = _temporary.File(name, content);
        string message = Assert.Throws<InvalidDataException>(() => new MultipleChoice().Read([path], [], Rows)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void QuestionsMayHaveDifferentNumbersOfChoices()
    {
        string[] rows = [.. Enumerable.Range(0, 7).Select(i => $"{{\"question\": \"who ?\", \"choices\": [\"cat\", \"mat\"{(i % 3 == 0 ? ", \"dogs\"" : "")}], \"answer\": {i % 2}}}")];
        LabelledExamples examples = new MultipleChoice().Read([_temporary.File("a.jsonl", string.Join('\n', rows))], [], Rows);
        Assert.Equal([3, 2, 2, 3, 2, 2, 3], examples.Samples.Select(sample => sample.Rows.Count));
        foreach (IReadOnlyList<int[]> batches in (IReadOnlyList<int[]>[])[SampleBatches.Shuffled(examples.Samples, 2, 3, 1), [.. SampleBatches.ByLength(examples.Samples, 1_000)]])
        {
            Assert.Equal(Enumerable.Range(0, 7), batches.SelectMany(batch => batch).Order());
            Assert.All(batches, batch => Assert.Single(batch.Select(i => examples.Samples[i].Rows.Count).Distinct()));
        }

        Assert.Equal(SampleBatches.Count(examples.Samples, 2), SampleBatches.Shuffled(examples.Samples, 2, 3, 1).Count);
        Assert.Equal([3, 2, 2, 3, 2, 2, 3], examples.Baseline(examples).Select(logits => logits.Length));
    }

    private RowBuilder Rows => new(_tokenizer, 32);

    private IReadOnlyList<ChoiceExample> Read(string name, string content) => ChoiceExample.Read(_temporary.File(name, content), tables: new TableOptions { Warn = _warnings.Add, Note = _notes.Add });
}
