using System.Text.Json;
using BiGS.Support;
using BiGS.Torch.Checkpoints;

namespace BiGS.Cli.Tests.Commands;

[Collection(TorchGlobals.Name)]
public class FinetuneCommandTests
{
    private const string Train = "sentence\tlabel\nthe farmer sleeps .\tone\nthe trees sleep .\tmany\nthe farmer near the trees sleeps .\tone\nthe trees near the farmer sleep .\tmany\n";

    [Fact]
    public void YourOwnTextsFromFilesToACheckpoint()
    {
        using var model = new SmallModel();
        string output = model.File("tuned");
        string[] own = ["--task", "classification", "--text-column", "sentence", "--label-column", "label"];
        string train = model.Written("a.tsv", Train);
        JsonElement answer = Assert.Single(Bigs.Run(
            [
                "finetune", .. own, "--train", train, "--validation", model.Written("b.tsv", Train), "--model", model.Folder, "--out", output, "--epochs", "2",
                "--precision", "fp32", "--seeds", "2", "--json",
            ]).Succeeded().Objects);
        Assert.Equal("classification", answer.GetProperty("task").GetString());
        Assert.Equal(4, answer.GetProperty("count").GetInt32());
        Assert.InRange(answer.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 1);
        Assert.Equal(2, answer.GetProperty("intervals").GetProperty("accuracy").GetArrayLength());
        Assert.Equal(2, answer.GetProperty("seeds").GetProperty("count").GetInt32());
        Assert.Equal(0.5, answer.GetProperty("without_reading").GetProperty("accuracy").GetDouble());

        OpenedCheckpoint tuned = CheckpointFolder.Open(Path.Combine(output, "seed-42"));
        Assert.Empty(tuned.Warnings);
        Assert.Equal(["many", "one"], tuned.File.Labels);
        Assert.Equal("BiGSForSequenceClassification", tuned.Model.Architecture);
        Assert.True(File.Exists(Path.Combine(output, "seed-43", "vocab.txt")));

        string guesses = model.File("guesses.tsv");
        string[] evaluate = ["evaluate", .. own, "--data", train, "--precision", "fp32", "--json", "--model"];
        JsonElement again = Assert.Single(Bigs.Run([.. evaluate, Path.Combine(output, "seed-42"), "--predictions", guesses]).Succeeded().Objects);
        Assert.Equal(answer.GetProperty("metrics").GetProperty("accuracy").GetDouble(), again.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(5, File.ReadAllLines(guesses).Length);
        Assert.StartsWith("index\tprediction\tgold\ttext", File.ReadAllLines(guesses)[0], StringComparison.Ordinal);
        Bigs.Run([.. evaluate, model.Folder]).FailedWith(1, "BiGSForMaskedLM", "bigs finetune --task classification");
        Bigs.Run(["finetune", .. own, "--train", train, "--model", model.Folder, "--out", output]).FailedWith(1, "not empty", "--overwrite");
    }

    [Fact]
    public void TablesOfOtherFormsAreReadAndWarnedOfOnce()
    {
        using var model = new SmallModel();
        string train = model.Written("a.csv", Train.Replace('\t', ';') + "torn\n");
        string[] own = ["--task", "classification", "--text-column", "sentence", "--label-column", "label"];
        string[] tune = ["finetune", .. own, "--train", train, "--validation", train, "--model", model.Folder, "--epochs", "1", "--seeds", "2", "--out"];
        Outcome outcome = Bigs.Run([.. tune, model.File("recognised")]).Succeeded();
        Assert.Single(outcome.Errors.Split('\n'), line => line.Contains("separated by \";\"", StringComparison.Ordinal));
        Assert.Single(outcome.Errors.Split('\n'), line => line.Contains("1 of 5 rows have fewer cells", StringComparison.Ordinal));
        Assert.DoesNotContain("separated", Bigs.Run([.. tune, model.File("given"), "--delimiter", ";"]).Succeeded().Errors, StringComparison.Ordinal);
        Bigs.Run([.. tune, model.File("wrong"), "--delimiter", "tab"]).FailedWith(1, "no column \"sentence\"");
        Bigs.Run([.. tune, model.File("wrong"), "--delimiter", "ab"]).FailedWith(2, "--delimiter is \"ab\"", "tab");
        Bigs.Run([.. tune, model.File("wrong"), "--encoding", "ab"]).FailedWith(2, "\"ab\"", "windows-1252");
        Bigs.Run(["evaluate", .. own, "--data", train, "--model", Path.Combine(model.File("given"), "seed-42"), "--delimiter", ";", "--encoding", "latin1"]).Succeeded();
    }

    [Fact]
    public void PeopleSeeFiguresIntervalsAndEpochs()
    {
        using var model = new SmallModel();
        string tags = model.Written("a.conll", "the\tO\nfarmer\tB-WHO\nsleeps\tO\n\nthe\tO\ntrees\tB-WHO\nsleep\tO\n");
        Outcome outcome = Bigs.Run(
            "finetune", "--task", "ner", "--train", tags, "--validation", tags, "--model", model.Folder, "--out", model.File("tuned"), "--epochs", "1", "--lora", "2").Succeeded();
        Assert.Matches(@"f1 +\d+\.\d .+ to .+ 0\.0 without reading", outcome.Output);
        Assert.Contains("epoch 1", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the head starts from fresh weights", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text\tlabel\nx\ty\n", null, "a.tsv", "\"sentence\"")]
    [InlineData("sentence\tlabel\nthe trees\tone\n \tmany\n", null, "a.tsv', line 3", "empty")]
    [InlineData("sentence\tlabel\nthe trees\tone\nthe farmer\t\n", null, "a.tsv', line 3", "label is missing")]
    [InlineData("sentence\tlabel\nthe trees\tone\nthe farmer\tone\tmany\n", null, "a.tsv', line 3", "3 cells")]
    [InlineData("sentence\tlabel\nthe trees\tone\nthe farmer\tone\n", null, "a.tsv", "nothing to tell apart")]
    [InlineData(Train, "sentence\tlabel\nthe trees\ttwo\nthe farmer\tfew\n", "b.tsv', line 2", "\"two\"")]
    public void WhatIsWrongWithAFileIsNamed(string train, string? validation, params string[] says)
    {
        using var model = new SmallModel();
        string[] files = ["--train", model.Written("a.tsv", train), .. validation is null ? Array.Empty<string>() : ["--validation", model.Written("b.tsv", validation)]];
        Bigs.Run(["finetune", "--task", "classification", "--text-column", "sentence", "--label-column", "label", .. files, "--model", model.Folder, "--out", model.File("tuned")])
            .FailedWith(1, says);
        Assert.False(Directory.Exists(model.File("tuned")));
    }

    [Fact]
    public void ATextOfAMillionCharactersIsCutAndNamed()
    {
        using var model = new SmallModel();
        string train = model.Written("a.tsv", Train + string.Concat(Enumerable.Repeat("the trees ", 100_000)) + "\tmany\n");
        Outcome outcome = Bigs.Run(
            "finetune", "--task", "classification", "--text-column", "1", "--label-column", "2", "--train", model.Written("c.tsv", string.Join('\n', File.ReadAllLines(train)[1..])), "--hold-out", "0.4",
            "--model", model.Folder, "--out", model.File("tuned"), "--epochs", "1", "--seed", "3").Succeeded();
        Assert.Contains("c.tsv', line 5 with 200,002", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsMissingOnTheCommandLineIsNamed()
    {
        using var model = new SmallModel();
        string[] end = ["--model", model.Folder, "--out", model.File("tuned")];
        Bigs.Run(["finetune", "--task", "poetry", .. end]).FailedWith(1, "poetry", "sst2");
        Bigs.Run(["finetune", "--task", "sst2", .. end]).FailedWith(1, "--data DIR");
        Bigs.Run(["finetune", "--task", "sst2", "--data", model.Folder, .. end]).FailedWith(1, "train.tsv", "--train");
        Bigs.Run(["finetune", "--task", "classification", "--train", model.Written("a.tsv", Train), .. end]).FailedWith(1, "--text-column");
        Bigs.Run(["finetune", "--task", "sst2", "--train", model.Written("a.tsv", Train), "--max-length", "100", .. end]).FailedWith(1, "24 positions", "bigs extend");
    }
}
