using System.Globalization;
using System.Text.Json;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Checkpoints;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Contrastive tuning and its measure from the command line.</summary>
[Collection(TorchGlobals.Name)]
public class EmbeddingTaskTests
{
    private const string Scored = "sentence1,sentence2,score\nthe farmer sleeps .,the farmer sleeps,5\nthe trees,nobody knows why .,0\nthe farmer,the farmer near the trees,3\nwhy,trees sleep .,1\n";

    private static readonly string Pairs = "text\tother\tnot\n" + string.Join('\n', Enumerable.Range(0, 6).SelectMany(_ => (string[])
        ["the farmer\tthe farmer sleeps .\tthe trees", "the trees\tthe trees sleep .\tthe farmer", "why\tnobody knows why .\ttrees"])) + "\n";

    [Fact]
    public void TextsThatBelongTogetherComeTogether()
    {
        using var model = new SmallModel();
        string validation = model.Written("dev.csv", Scored);
        JsonElement tuned = Bigs.Run(
            "finetune", "--task", "embedding", "--train", model.Written("pairs.tsv", Pairs), "--text-column", "text", "--pair-column", "other", "--negative-column", "not",
            "--validation", validation, "--model", model.Folder, "--out", model.File("tuned"), "--epochs", "20", "--batch-size", "3", "--learning-rate", "0.01",
            "--precision", "fp32", "--json").Succeeded().Objects[0];
        JsonElement[] epochs = [.. tuned.GetProperty("epochs").EnumerateArray()];
        Assert.True(epochs[^1].GetProperty("loss").GetDouble() < epochs[0].GetProperty("loss").GetDouble() / 2);
        Assert.InRange(tuned.GetProperty("before").GetProperty("spearman").GetDouble(), -1, 1);

        JsonElement Evaluated(string folder) => Bigs.Run(
            "evaluate", "--task", "embedding", "--data", validation, "--model", folder, "--precision", "fp32", "--json").Succeeded().Objects[0].GetProperty("metrics");
        Assert.Equal(tuned.GetProperty("before").GetProperty("spearman").GetDouble(), Evaluated(model.Folder).GetProperty("spearman").GetDouble(), 6);
        Assert.Equal(tuned.GetProperty("metrics").GetProperty("spearman").GetDouble(), Evaluated(model.File("tuned")).GetProperty("spearman").GetDouble(), 6);
        JsonElement byOnnx = Bigs.Run("evaluate", "--task", "embedding", "--data", validation, "--model", model.File("tuned"), "--backend", "onnx", "--json").Succeeded().Objects[0];
        Assert.Equal(tuned.GetProperty("metrics").GetProperty("pearson").GetDouble(), byOnnx.GetProperty("metrics").GetProperty("pearson").GetDouble(), 4);
        Bigs.Run("evaluate", "--task", "score", "--data", model.Written("a.txt", SmallModel.Text), "--model", model.Folder, "--backend", "onnx").FailedWith(2, "--backend", "score");

        OpenedCheckpoint opened = CheckpointFolder.Open(model.File("tuned"));
        Assert.Empty(opened.Warnings);
        Assert.Equal("BiGSForEmbedding", opened.Model.Architecture);
        using Embedder embedder = Embedder.Open(model.File("tuned"), OnTorch.Fp32);
        Assert.Equal(model.Config.HiddenSize, embedder.Embed(["why"], cancellationToken: TestContext.Current.CancellationToken)[0].Length);
    }

    /// <summary>The figure is the rank correlation of what the embedder says: computed here again, from its vectors.</summary>
    [Fact]
    public void TheMeasureIsOfTheEmbeddersCosines()
    {
        using var model = new SmallModel();
        string guesses = model.File("cosines.tsv");
        JsonElement answer = Bigs.Run(
            "evaluate", "--task", "embedding", "--data", model.Written("dev.csv", Scored.Replace("sentence1,", "one,", StringComparison.Ordinal)), "--text-column", "one",
            "--model", model.Folder, "--predictions", guesses, "--json").Succeeded().Objects[0];
        Assert.Equal(2, answer.GetProperty("intervals").GetProperty("spearman").GetArrayLength());
        using Embedder embedder = Embedder.Open(model.Folder, OnTorch.Fp32);
        foreach ((string row, string line) in Scored.Split('\n').Skip(1).Zip(File.ReadLines(guesses).Skip(1)))
        {
            float[][] vectors = [.. embedder.Embed(row.Split(',')[..2], cancellationToken: TestContext.Current.CancellationToken)];
            Assert.Equal(vectors[0].Zip(vectors[1], (x, y) => (double)x * y).Sum(), double.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture), 1e-4);
        }
    }

    /// <summary>SICK's files have other names for the same columns, and more of them.</summary>
    [Fact]
    public void TheFilesOfSickAreReadAsTheyAre()
    {
        using var model = new SmallModel();
        string[] rows = Scored.TrimEnd().Split('\n')[1..];
        string sick = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
            + string.Concat(rows.Select((row, i) => $"{i}\t{row.Replace(',', '\t')}\tNEUTRAL\n"));
        double Spearman(string data) => Bigs.Run("evaluate", "--task", "embedding", "--data", data, "--model", model.Folder, "--json").Succeeded().Objects[0].GetProperty("metrics").GetProperty("spearman").GetDouble();
        Assert.Equal(Spearman(model.Written("dev.csv", Scored)), Spearman(model.Written("SICK.txt", sick)));
    }

    [Fact]
    public void PlainTextTeachesToo()
    {
        using var model = new SmallModel();
        string[] tune =
        [
            "finetune", "--task", "embedding", "--train", model.Written("a.txt", SmallModel.Text), "--model", model.Folder, "--epochs", "1", "--batch-size", "2", "--out", model.File("tuned"),
        ];
        Bigs.Run([.. tune, "--validation", model.Written("dev.csv", Scored)]).Succeeded();
        Assert.Equal(model.Config.HiddenDropoutProb, CheckpointFolder.ReadConfig(model.File("tuned")).Config.HiddenDropoutProb);
        Bigs.Run([.. tune, "--overwrite", "--dropout", "0.3", "--validation", model.File("dev.csv")]).Succeeded();
        Assert.Equal(0.3, CheckpointFolder.ReadConfig(model.File("tuned")).Config.BlockDropoutProb);
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        using var model = new SmallModel();
        string pairs = model.Written("pairs.tsv", Pairs);
        string[] end = ["--model", model.Folder, "--out", model.File("tuned")];
        Bigs.Run(["finetune", "--task", "embedding", "--train", pairs, "--pair-column", "other", .. end]).FailedWith(1, "--text-column");
        Bigs.Run(["finetune", "--task", "embedding", "--train", pairs, "--text-column", "text", "--negative-column", "not", .. end]).FailedWith(1, "--pair-column");
        Bigs.Run(["finetune", "--task", "embedding", "--train", pairs, .. end]).FailedWith(1, "--text-column");
        Bigs.Run("evaluate", "--task", "embedding", "--data", pairs, "--distractors", "1").FailedWith(2, "--distractors");
        string[] columns = ["--text-column", "text", "--pair-column", "other"];
        Bigs.Run(["finetune", "--task", "embedding", "--train", pairs, .. columns, "--temperature", "0", .. end]).FailedWith(1, "temperature is 0");
        Bigs.Run(["finetune", "--task", "embedding", "--train", pairs, .. columns, "--head-only", .. end]).FailedWith(1, "--head-only");
        Bigs.Run(["finetune", "--task", "sst2", "--train", pairs, "--temperature", "1", .. end]).FailedWith(1, "--temperature");
        Bigs.Run(["finetune", "--task", "embedding", "--train", model.Written("a.txt", string.Concat(Enumerable.Repeat(SmallModel.Text + "\n", 20))), "--hold-out", "0.5", .. end]).FailedWith(1, "sentence1, sentence2, score");
    }

    /// <summary>Pairs without scored ones: a tenth is kept aside, and adapters do as well as the weights themselves.</summary>
    [Fact]
    public void PairsAreEnough()
    {
        using var model = new SmallModel();
        JsonElement tuned = Bigs.Run(
            "finetune", "--task", "embedding", "--train", model.Written("pairs.tsv", Pairs), "--text-column", "1", "--pair-column", "2", "--hold-out", "0.3", "--lora", "2",
            "--model", model.Folder, "--out", model.File("tuned"), "--epochs", "1", "--json").Succeeded().Objects[0];
        Assert.InRange(tuned.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 1);
        Assert.Empty(CheckpointFolder.Open(model.File("tuned")).Warnings);
    }
}
