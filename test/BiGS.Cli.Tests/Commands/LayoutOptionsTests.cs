using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Tags, choices, questions and sentences from files as people have them, on the command line.</summary>
[Collection(TorchGlobals.Name)]
public class LayoutOptionsTests
{
    private const string Columns = "story\task\tone\ttwo\tkey\nthe farmer sleeps .\twhy\ttrees\tnobody\tB\nthe trees sleep .\twhy\tfarmer\tthe trees\tA\n";

    [Fact]
    public void TagsSayTheirSchemeAndTypes()
    {
        using var model = new SmallModel();
        string tags = model.Written("a.conll", "# text = x\nthe\tO\nfarmer\tB-WHO\nsleeps\tL-WHO\n\nthe\tO\ntrees\tU-WHAT\n");
        JsonElement score = Assert.Single(Tuned(model, "ner", tags, "--json").Succeeded().Objects);
        Assert.Equal("BILOU", score.GetProperty("scheme").GetString());
        Assert.Equal(1, score.GetProperty("per_class").GetProperty("WHAT").GetProperty("support").GetInt32());
        Assert.InRange(score.GetProperty("metrics").GetProperty("strict_f1").GetDouble(), 0, 1);
        Outcome shown = Bigs.Run("evaluate", "--task", "ner", "--data", tags, "--model", model.File("tuned")).Succeeded();
        Assert.All(["scheme BILOU", "WHAT", "support"], part => Assert.Contains(part, shown.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void NumberedTagsAreNamedOnTheCommandLine()
    {
        using var model = new SmallModel();
        string tags = model.Written("a.jsonl", """{"tokens": ["the", "farmer"], "ner_tags": [0, 1]}""");
        Tuned(model, "ner", tags).FailedWith(1, "a.jsonl', line 1", "the tags are numbers (0, 1)", "--labels");
        Tuned(model, "ner", tags, "--labels", "O,O").FailedWith(1, "\"O\" 2 times");
        Tuned(model, "choice", tags, "--labels", "O,B-WHO").FailedWith(1, "--labels");
        Tuned(model, "classification", tags, "--text-column", "tokens", "--label-column", "ner_tags", "--choice-columns", "a,b").FailedWith(1, "--choice-columns is of no use");
        Tuned(model, "ner", tags, "--labels", "O,B-WHO,I-WHO").Succeeded();
        string[] evaluate = ["evaluate", "--task", "ner", "--data", tags, "--model", model.File("tuned")];
        Bigs.Run(evaluate).FailedWith(1, "the tags are numbers");
        string names = model.Written("labels.txt", "O\nB-WHO\nI-WHO\n");
        Assert.Equal("IOB2", Assert.Single(Bigs.Run([.. evaluate, "--labels", names, "--json"]).Succeeded().Objects).GetProperty("scheme").GetString());
    }

    [Fact]
    public void ChoicesOfAnyTableAreReadByTheirColumns()
    {
        using var model = new SmallModel();
        string table = model.Written("a.tsv", Columns);
        Tuned(model, "choice", table).FailedWith(1, "a.tsv", "story, ask, one, two, key", "--choice-columns");
        Tuned(model, "choice", table, "--question-column", "ask").FailedWith(1, "--choice-columns");
        string[] columns = ["--context-column", "story", "--question-column", "ask", "--choice-columns", "one,two", "--answer-column", "key"];
        Assert.Equal(2, Assert.Single(Tuned(model, "choice", table, [.. columns, "--json"]).Succeeded().Objects).GetProperty("count").GetInt32());
        string[] evaluate = ["evaluate", "--task", "choice", "--data", table, "--model", model.File("tuned"), "--json"];
        Assert.Equal(2, Assert.Single(Bigs.Run([.. evaluate, .. columns]).Succeeded().Objects).GetProperty("count").GetInt32());
        Assert.Equal(2, Assert.Single(Bigs.Run(evaluate).Succeeded().Objects).GetProperty("count").GetInt32()); // the model knows its columns
    }

    [Fact]
    public void QuestionsWithDifferentNumbersOfChoicesAreLearned()
    {
        using var model = new SmallModel();
        string rows = string.Join('\n', Enumerable.Range(0, 6).Select(i =>
            $"{{\"question\": \"the farmer\", \"choices\": {{\"text\": [\"sleeps\", \"near\"{(i % 2 == 0 ? ", \"trees\"" : "")}], \"label\": [\"1\", \"2\"{(i % 2 == 0 ? ", \"3\"" : "")}]}}, \"answerKey\": \"{1 + (i % 2)}\"}}"));
        Outcome outcome = Tuned(model, "choice", model.Written("a.jsonl", rows), "--head-only", "--batch-size", "2");
        string note = Assert.Single(outcome.Succeeded().Errors.Split('\n'), line => line.Contains("ARC and CommonsenseQA", StringComparison.Ordinal));
        Assert.DoesNotContain("warning", note, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHasNoAnswerIsLeftOutOfTrainingAndCounted()
    {
        using var model = new SmallModel();
        string row = "{\"question\": \"the farmer\", \"choices\": [\"sleeps\", \"near\"], \"answer\": ANSWER}\n";
        string rows = row.Replace("ANSWER", "0", StringComparison.Ordinal) + row.Replace("ANSWER", "-1", StringComparison.Ordinal) + row.Replace("ANSWER", "1", StringComparison.Ordinal);
        Outcome outcome = Tuned(model, "choice", model.Written("a.jsonl", rows), "--json").Succeeded();
        Assert.Equal(2, Assert.Single(outcome.Objects).GetProperty("train_count").GetInt32());
        Assert.Contains("1 of 3 examples have no label", outcome.Errors, StringComparison.Ordinal);
        Tuned(model, "choice", model.Written("b.jsonl", row.Replace("ANSWER", "-1", StringComparison.Ordinal))).FailedWith(1, "b.jsonl", "no example has a label");
        string questions = model.Written("c.json", """{"data": [{"paragraphs": [{"context": "the farmer sleeps .", "qas": [{"id": "1", "question": "who"}]}]}]}""");
        Tuned(model, "squad", questions).FailedWith(1, "c.json", "no example has a label");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(" \\u200b\\n", false)]
    [InlineData("\\u200b", true)]
    public void ATextWithoutATokenHasNoAnswer(string context, bool withoutAnswersKey)
    {
        using var model = new SmallModel();
        string answers = withoutAnswersKey ? "" : "\"answers\": [], ";
        string data = model.Written("a.json", $$"""{"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "{{context}}", "qas": [{"id": "1", "question": "who", {{answers}}"is_impossible": true}]}]}]}""");
        JsonElement score = Assert.Single(Tuned(model, "squad", data, "--json").Succeeded().Objects);
        JsonElement metrics = score.GetProperty("metrics");
        Assert.Equal((1, 1), (metrics.GetProperty("exact_match").GetDouble(), metrics.GetProperty("f1").GetDouble()));
        Assert.True(double.IsFinite(metrics.GetProperty("no_answer_threshold").GetDouble()));
        Assert.Equal(1, Assert.Single(Bigs.Run("evaluate", "--task", "squad", "--data", data, "--model", model.File("tuned"), "--json").Succeeded().Objects)
            .GetProperty("metrics").GetProperty("f1").GetDouble());
    }

    [Fact]
    public void LongLinesAreRefusedCutOrReadThroughWindows()
    {
        using var model = new SmallModel();
        string endless = string.Join(' ', Enumerable.Repeat("the farmer near the trees", 8));
        string data = model.Written("a.txt", $"the trees sleep .\n{endless}\n");
        string[] score = ["evaluate", "--task", "score", "--data", data, "--model", model.Folder, "--json"];
        Bigs.Run(score).FailedWith(1, "a.txt', line 2", "42 tokens", "--long truncate", "--long window");
        (int, double)[] Scores(Outcome outcome) => [.. outcome.Succeeded().Objects.Single().GetProperty("sentences").EnumerateArray()
            .Select(sentence => (sentence.GetProperty("pieces").GetInt32(), sentence.GetProperty("score").GetDouble()))];
        Outcome windows = Bigs.Run([.. score, "--long", "window"]);
        Assert.Equal([4, 40], Scores(windows).Select(sentence => sentence.Item1));
        Assert.Contains("1 of 2 lines are longer than 24 tokens, the first of them line 2 with 42", windows.Errors, StringComparison.Ordinal);
        (int Pieces, double Score)[] cut = Scores(Bigs.Run([.. score, "--long", "truncate"]));
        Assert.Equal([4, 22], cut.Select(sentence => sentence.Pieces));
        Assert.Equal(Scores(windows)[0].Item2, cut[0].Score, 1e-9); // what fits is scored as ever
    }

    [Fact]
    public void ShortLinesShareARow()
    {
        using var model = new SmallModel();
        string data = model.Written("a.txt", string.Join("\n\n", Enumerable.Repeat("the farmer sleeps .", 9)) + "\n");
        string[] command = ["evaluate", "--task", "mlm", "--data", data, "--model", model.Folder];
        Assert.Contains("in 9 rows of up to 24 from 9 documents", Bigs.Run(command).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("in 3 rows of up to 24 from 9 documents", Bigs.Run([.. command, "--pack"]).Succeeded().Output, StringComparison.Ordinal);
        string single = model.Written("b.txt", "the farmer sleeps .\n");
        string Loss(params string[] more) => Bigs.Run(["evaluate", "--task", "mlm", "--data", single, "--model", model.Folder, "--json", .. more]).Succeeded().Output;
        Assert.Equal(Loss(), Loss("--pack"));
    }

    [Fact]
    public void MinimalPairsAreReadFromAnyTable()
    {
        using var model = new SmallModel();
        string[] Evaluate(string data, params string[] more) => ["evaluate", "--task", "blimp", "--model", model.Folder, "--json", "--data", data, .. more];
        string table = model.Written("a.csv", "ok,wrong,about\nthe farmer sleeps .,the farmer sleep .,number\nthe trees sleep .,the trees sleeps .,plural\n");
        Bigs.Run(Evaluate(table)).FailedWith(1, "sentence_good");
        Bigs.Run(Evaluate(table, "--good-column", "ok")).FailedWith(1, "--bad-column");
        JsonElement alone = Bigs.Run(Evaluate(table, "--good-column", "ok", "--bad-column", "wrong")).Succeeded().Objects.Single();
        Assert.Equal(["accuracy"], alone.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name));
        JsonElement grouped = Bigs.Run(Evaluate(table, "--good-column", "1", "--bad-column", "wrong", "--group-column", "about")).Succeeded().Objects.Single();
        Assert.Equal(["accuracy", "accuracy_number", "accuracy_plural"], grouped.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name));
        string own = model.Written("b.jsonl", """{"sentence_good": "the farmer sleeps .", "sentence_bad": "the farmer sleep ."}""");
        Assert.Equal(1, Bigs.Run(Evaluate(own)).Succeeded().Objects.Single().GetProperty("count").GetInt32());
    }

    private static Outcome Tuned(SmallModel model, string task, string data, params string[] more) => Bigs.Run(
        ["finetune", "--task", task, "--train", data, "--validation", data, "--model", model.Folder, "--out", model.File("tuned"), "--overwrite", "--epochs", "1", "--precision", "fp32", .. more]);
}
