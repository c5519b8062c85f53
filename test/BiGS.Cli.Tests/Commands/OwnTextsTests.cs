using System.Text.Json;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using SkiaSharp;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Tables as people have them, from fine-tuning to predictions and pictures.</summary>
[Collection(TorchGlobals.Name)]
public class OwnTextsTests
{
    private static readonly string[] Columns = ["--task", "classification", "--text-column", "text", "--label-column", "kind"];
    private static readonly string[] Quick = ["--epochs", "1", "--precision", "fp32"];

    private static readonly string Sorted = "text\tkind\n"
        + string.Concat(Enumerable.Range(0, 20).Select(i => $"the farmer sleeps{string.Concat(Enumerable.Repeat(" .", i % 5))}\tone\n"))
        + string.Concat(Enumerable.Range(0, 5).Select(i => $"the trees sleep{string.Concat(Enumerable.Repeat(" .", i % 5))}\tmany\n"));

    [Fact]
    public void AModelRemembersWhatItWasTunedWith()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Sorted);
        string tuned = model.File("tuned");
        Bigs.Run(["finetune", .. Columns, "--train", train, "--validation", train, "--model", model.Folder, "--out", tuned, "--max-length", "12", .. Quick]).Succeeded();

        Outcome outcome = Bigs.Run("evaluate", "--model", tuned, "--data", train, "--json").Succeeded();
        JsonElement score = Assert.Single(outcome.Objects);
        Assert.Equal("classification", score.GetProperty("task").GetString());
        Assert.Contains("text in column \"text\", label in column \"kind\", rows of at most 12 tokens", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["many", "one"], score.GetProperty("confusion").GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(25, score.GetProperty("confusion").GetProperty("counts").EnumerateArray().Sum(row => row.EnumerateArray().Sum(count => count.GetInt32())));
        Assert.Equal(20, score.GetProperty("per_class").GetProperty("one").GetProperty("support").GetInt32());

        // What is given wins; without labels nothing is scored, and all is predicted.
        string other = model.Written("b.tsv", "body\nthe farmer\nthe trees\n");
        string predictions = model.File("p.tsv");
        outcome = Bigs.Run("evaluate", "--model", tuned, "--data", other, "--text-column", "body", "--predictions", predictions).Succeeded();
        Assert.Contains("nothing is scored", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("index\tprediction\ttext\tprobability_many\tprobability_one", File.ReadAllLines(predictions)[0]);
        Assert.Equal(3, File.ReadAllLines(predictions).Length);

        // A copy in another format remembers too.
        Bigs.Run("convert", "--model", tuned, "--to", "pytorch", "--out", model.File("copy")).Succeeded();
        Bigs.Run("extend", "--model", tuned, "--max-length", "48", "--out", model.File("longer")).Succeeded();
        foreach (string copy in (string[])["copy", "longer"])
        {
            JsonElement same = Assert.Single(Bigs.Run("evaluate", "--model", model.File(copy), "--data", train, "--json").Succeeded().Objects);
            Assert.Equal(score.GetProperty("metrics").ToString(), same.GetProperty("metrics").ToString());
        }

        JsonElement some = Assert.Single(Bigs.Run("evaluate", "--model", tuned, "--data", train, "--json", "--limit", "10").Succeeded().Objects);
        Assert.Equal((10, 8), (some.GetProperty("count").GetInt32(), some.GetProperty("per_class").GetProperty("one").GetProperty("support").GetInt32()));
    }

    [Fact]
    public void TheBestEpochsPredictionsBecomeAPicture()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Sorted);
        string predictions = model.File("p.jsonl");
        Outcome outcome = Bigs.Run(["finetune", .. Columns, "--train", train, "--hold-out", "0.4", "--model", model.Folder, "--out", model.File("tuned"), "--predictions", predictions, "--json", .. Quick]).Succeeded();
        JsonElement result = Assert.Single(outcome.Objects);
        Assert.Equal((10, 15), (result.GetProperty("count").GetInt32(), result.GetProperty("train_count").GetInt32()));
        JsonElement[] rows = [.. File.ReadLines(predictions).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(10, rows.Length);
        Assert.Equal(
            result.GetProperty("metrics").GetProperty("accuracy").GetDouble(),
            rows.Average(row => row.GetProperty("prediction").GetString() == row.GetProperty("gold").GetString() ? 1.0 : 0), 12);

        foreach (string from in (string[])[predictions, model.Written("result.json", outcome.Output)])
        {
            string picture = model.File("confusion.png");
            Assert.Contains("10 examples of 2 classes", Bigs.Run("plot", "confusion", "--predictions", from, "--out", picture, "--overwrite").Succeeded().Errors, StringComparison.Ordinal);
            using SKBitmap bitmap = SKBitmap.Decode(picture);
            Assert.InRange(bitmap.Pixels.Count(pixel => pixel.Red < 128), 500, bitmap.Pixels.Length / 2);
        }

        Bigs.Run("plot", "confusion", "--predictions", model.Written("no.tsv", "index\tprediction\n0\ta\n"), "--out", model.File("c.png")).FailedWith(1, "\"gold\"");
        Bigs.Run("plot", "confusion", "--predictions", model.Written("no.json", "{\"task\": \"mlm\"}"), "--out", model.File("c.png")).FailedWith(1, "confusion");
        Bigs.Run("plot", "confusion", "--predictions", model.File("none.tsv"), "--out", model.File("c.png")).FailedWith(1, "does not exist");
    }

    [Fact]
    public void WhatIsNoBetterThanTheBaselineIsSaid()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Sorted);
        string[] command = ["finetune", .. Columns, "--train", train, "--validation", train, "--model", model.Folder, "--overwrite", "--out", model.File("tuned"), "--learning-rate", "0", .. Quick];
        JsonElement result = Assert.Single(Bigs.Run([.. command, "--json"]).Succeeded().Objects);
        Assert.False(result.GetProperty("beats_baseline").GetBoolean());
        Assert.True(result.GetProperty("gain")[0].GetDouble() <= 0);
        Assert.Contains("25 validation examples are too few", result.GetProperty("advice").GetString(), StringComparison.Ordinal);
        string shown = Bigs.Run(command).Succeeded().Output.ReplaceLineEndings(" ");
        Assert.Contains("no better than answering without reading", shown, StringComparison.Ordinal);
        Assert.Matches(@"class +precision +recall +f1 +examples", shown);
        Assert.Contains("predicted, for the examples of each true class", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryClassCanCountTheSame()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Sorted);
        JsonElement result = Assert.Single(Bigs.Run(
            ["finetune", .. Columns, "--train", train, "--validation", train, "--model", model.Folder, "--out", model.File("tuned"), "--class-weights", "balanced", "--json", .. Quick]).Succeeded().Objects);
        Assert.Equal((2.5, 0.625), (result.GetProperty("class_weights").GetProperty("many").GetDouble(), result.GetProperty("class_weights").GetProperty("one").GetDouble()));
        Bigs.Run("finetune", "--task", "regression", "--text-column", "1", "--label-column", "2", "--train", train, "--class-weights", "balanced", "--model", model.Folder, "--out", model.File("r"))
            .FailedWith(1, "--task regression", "--class-weights");
        Bigs.Run("finetune", "--task", "sst2", "--train", train, "--class-weights", "heavy", "--model", model.Folder, "--out", model.File("r")).FailedWith(2, "balanced");
    }

    [Fact]
    public void ExamplesWithoutAgreementAreLeftOutAndCounted()
    {
        using var model = new SmallModel();
        string nli = model.Written("nli.tsv", "premise\thypothesis\tlabel\nthe farmer\tthe trees\t0\nthe trees\tthe farmer\t1\nthe farmer sleeps\tthe trees\t-1\nthe trees sleep\tthe farmer\t2\n");
        Outcome outcome = Bigs.Run(["finetune", "--task", "snli", "--train", nli, "--validation", nli, "--model", model.Folder, "--out", model.File("tuned"), "--json", .. Quick]).Succeeded();
        JsonElement result = Assert.Single(outcome.Objects);
        Assert.Equal((3, 3), (result.GetProperty("count").GetInt32(), result.GetProperty("train_count").GetInt32()));
        Assert.Equal((1, 1), (result.GetProperty("skipped").GetProperty("no_label").GetInt32(), result.GetProperty("train_skipped").GetProperty("no_label").GetInt32()));
        Assert.Contains("1 of 4 examples have no label", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["0", "1", "2"], CheckpointFolder.ReadConfig(model.File("tuned")).Labels);

        string predictions = model.File("p.tsv");
        outcome = Bigs.Run("evaluate", "--model", model.File("tuned"), "--data", nli, "--predictions", predictions).Succeeded();
        Assert.Contains("left out: no label: 1", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 4 examples have no label", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(5, File.ReadAllLines(predictions).Length); // a submission has every row
    }

    [Fact]
    public void MissingClassesAreSaid()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Sorted);
        Outcome outcome = Bigs.Run(
            ["finetune", .. Columns, "--train", train, "--validation", model.Written("b.tsv", "text\tkind\nthe farmer\tone\nthe trees\tfew\n"), "--model", model.Folder, "--out", model.File("tuned"), .. Quick]).Succeeded();
        Assert.Contains("no validation example is of the class \"many\"", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("a label that training lacks (\"few\", the first: ", outcome.Errors, StringComparison.Ordinal);

        // A tuned model goes on with its own classes where training has some of them.
        string fewer = model.Written("c.tsv", Sorted.Replace("one\n", "few\n", StringComparison.Ordinal).Replace("text\tkind\n", "text\tkind\nthe farmer\tone\n", StringComparison.Ordinal));
        string three = model.File("three");
        Bigs.Run(["finetune", .. Columns, "--train", fewer, "--validation", fewer, "--model", model.Folder, "--out", three, .. Quick]).Succeeded();
        outcome = Bigs.Run(["finetune", .. Columns, "--train", train, "--validation", train, "--init", three, "--out", model.File("again"), .. Quick]).Succeeded();
        Assert.Contains("no training example is of the class \"few\"", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(["few", "many", "one"], CheckpointFolder.ReadConfig(model.File("again")).Labels);
        Assert.DoesNotContain("fresh weights", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatContradictsItselfIsRefused()
    {
        using var model = new SmallModel();
        string train = model.Written("train.tsv", Sorted);
        string[] end = ["--train", train, "--model", model.Folder, "--out", model.File("tuned")];
        Bigs.Run(["finetune", .. Columns, "--validation", train, "--hold-out", "0.2", .. end]).FailedWith(2, "--hold-out", "--validation");
        foreach (string share in (string[])["0", "1", "1.5", "-0.1", "many"])
        {
            Bigs.Run(["finetune", .. Columns, "--hold-out", share, .. end]).FailedWith(2, $"--hold-out is \"{share}\"", "above 0 and below 1");
        }

        Bigs.Run(["finetune", "--task", "classification", "--text-column", "text", "--label-column", "text", .. end]).FailedWith(1, "\"text\"", "--text-column and as --label-column");
        Bigs.Run(["finetune", "--task", "classification", "--text-column", "text", "--label-column", "1", .. end]).FailedWith(1, "every label is the text itself");
        Bigs.Run(["finetune", "--task", "classification", "--text-column", "text", "--label-column", "kinds", .. end]).FailedWith(1, "has no column \"kinds\"");
        Bigs.Run(["finetune", .. Columns, "--validation", model.Written("b.tsv", "text\nthe farmer\n"), .. end]).FailedWith(1, "b.tsv", "no example has a label");
        Bigs.Run(["finetune", .. Columns, "--validation", model.Written("c.tsv", "text\tkind\nthe farmer\t1\n"), .. end]).FailedWith(1, "c.tsv', line 2", "none of many, one");
        Bigs.Run(["finetune", .. Columns, "--predictions", Path.Combine(train, "p.tsv"), .. end]).FailedWith(1, "train.tsv");
        Bigs.Run(["finetune", .. Columns, "--predictions", model.File("p.csv"), .. end]).FailedWith(1, ".tsv or .jsonl");
        model.Written("dev.tsv", "sentence\tlabel\nthe farmer\t0\nthe trees\t1\n");
        File.Copy(model.File("dev.tsv"), train, overwrite: true);
        Bigs.Run("finetune", "--task", "sst2", "--data", model.Folder, "--hold-out", "0.2", "--model", model.Folder, "--out", model.File("tuned")).FailedWith(1, "dev.tsv", "--hold-out");
        Assert.False(Directory.Exists(model.File("tuned")));
    }

    [Fact]
    public void AnswersOfAnotherKindAreRefused()
    {
        using var classes = new SmallModel(head: "BiGSForSequenceClassification");
        using var value = new SmallModel(head: "BiGSForSequenceClassification", labels: 1);
        string[] data = ["--text-column", "1", "--label-column", "2", "--data", classes.Written("a.tsv", "the farmer\t1\nthe trees\t0\n")];
        Bigs.Run(["evaluate", "--task", "regression", .. data, "--model", classes.Folder]).FailedWith(1, "3 classes", "regression");
        Bigs.Run(["evaluate", "--task", "classification", .. data, "--model", value.Folder]).FailedWith(1, "one value", "classification");
    }

    [Fact]
    public void SpellingsOfOneClassAreOne()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", "the farmer\t1\nthe trees\t0\nthe farmer sleeps\t1.0\nthe trees sleep\t0.0\n");
        string[] own = ["--task", "classification", "--text-column", "1", "--label-column", "2"];
        Bigs.Run(["finetune", .. own, "--train", train, "--validation", train, "--model", model.Folder, "--out", model.File("tuned"), .. Quick]).Succeeded();
        Assert.Equal(["0", "1"], CheckpointFolder.ReadConfig(model.File("tuned")).Labels);
        Bigs.Run("evaluate", "--model", model.File("tuned"), "--data", model.Written("b.tsv", "the farmer\t1.0\nthe trees\t2\n")).FailedWith(1, "b.tsv', line 2", "\"2\" is none of 0, 1");
    }
}
