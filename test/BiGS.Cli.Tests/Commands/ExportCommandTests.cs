using BiGS.Support;
using BiGS.Torch.Checkpoints;

namespace BiGS.Cli.Tests.Commands;

public class ExportCommandTests
{
    [Theory]
    [InlineData("BiGSForMaskedLM")]
    [InlineData("BiGSForSequenceClassification")]
    public void TheFolderIsWhole(string head)
    {
        using var model = new SmallModel(head: head);
        string folder = model.File("onnx");
        Outcome outcome = Bigs.Run("export", "--format", "onnx", "--model", model.Folder, "--out", folder, "--check").Succeeded();
        Assert.Equal("", outcome.Output);
        Assert.Contains("logits: ONNX Runtime is within", outcome.Errors);
        Assert.Equal(
            ["config.json", "onnx/model.onnx", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal));
        Assert.Equal(CheckpointFolder.ReadConfig(model.Folder).Config, CheckpointFolder.ReadConfig(folder).Config);
        Bigs.Run("export", "--model", model.Folder, "--out", folder).FailedWith(1, "--overwrite");
        Bigs.Run("export", "--model", model.Folder, "--out", folder, "--overwrite").Succeeded();
    }

    [Fact]
    public void AFileBesideTheWeightsAndABareEncoderEmbed()
    {
        using var model = new SmallModel();
        Bigs.Run("export", "--model", model.Folder, "--out", model.Folder).Succeeded();
        Bigs.Run("export", "--model", model.Folder, "--bare", "--out", model.File("bare.onnx")).Succeeded();
        string[] expected = Numbers("--model", model.Folder);
        Assert.Equal(expected, Numbers("--backend", "onnx", "--model", model.Folder));
        Assert.Equal(expected, Numbers("--backend", "onnx", "--model", model.File("bare.onnx")));
        Bigs.Run("fill-mask", "--backend", "onnx", "--model", model.File("bare.onnx"), "[MASK]").FailedWith(1, "BiGSModel");
    }

    [Fact]
    public void EightBitsTakeAQuarter()
    {
        using var model = new SmallModel();
        Bigs.Run("export", "--model", model.Folder, "--out", model.File("folder"), "--int8").Succeeded();
        Assert.True(File.Exists(model.File("folder/onnx/model_quantized.onnx")));
        Bigs.Run("export", "--model", model.Folder, "--out", model.File("eight.onnx"), "--int8", "--check").Succeeded();
        Bigs.Run("export", "--model", model.Folder, "--out", model.File("whole.onnx")).Succeeded();
        Assert.True(new FileInfo(model.File("eight.onnx")).Length < new FileInfo(model.File("whole.onnx")).Length);
    }

    [Fact]
    public void WhatStandsInTheWayIsNamed()
    {
        using var model = new SmallModel();
        Bigs.Run("export", "--model", model.Folder, "--format", "gguf", "--out", model.File("x")).FailedWith(2, "choose one of onnx");
        Bigs.Run("export", "--model", model.File("nowhere"), "--out", model.File("x")).FailedWith(1, "nowhere");
        Bigs.Run("export", "--model", model.Folder).FailedWith(2, "--out");
        Assert.False(Path.Exists(model.File("x")));
    }

    /// <summary>To the digits that survive another order of sums.</summary>
    private static string[] Numbers(params string[] options) =>
        [.. Bigs.Run(["embed", "--json", .. options, "the farmer sleeps ."]).Succeeded().Objects[0].GetProperty("embedding").EnumerateArray()
            .Select(number => number.GetDouble().ToString("f3", System.Globalization.CultureInfo.InvariantCulture))];
}
