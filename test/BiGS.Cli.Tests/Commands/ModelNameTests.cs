using System.Diagnostics;
using BiGS.Support;
using BiGS.Weights;

namespace BiGS.Cli.Tests.Commands;

/// <summary>Wherever a model is named, "english" is the one that ships with bigs, unless something here has that name.</summary>
public class ModelNameTests
{
    private const string Text = "The river flows into the [MASK].";

    [Fact]
    public void EnglishIsTheModelThatIsUsedWhereNoneIsNamed()
    {
        Assert.Equal(Bigs.Run("fill-mask", "--json", Text).Succeeded().Output, Bigs.Run("fill-mask", "--model", "english", "--json", Text).Succeeded().Output);
        Assert.Equal(
            Bigs.Run("tokenizer", "encode", "--model", ShippedModel.Folder, "the river").Succeeded().Output,
            Bigs.Run("tokenizer", "encode", "--model", "english", "the river").Succeeded().Output);
    }

    [Fact]
    public void ExportTakesTheModelThatShips()
    {
        using var folder = new TemporaryFolder();
        Bigs.Run("export", "--bare", "--out", Path.Combine(folder.Path, "a")).Succeeded();
        Bigs.Run("export", "--bare", "--model", "english", "--out", Path.Combine(folder.Path, "b")).Succeeded();
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "a/onnx/model.onnx")), File.ReadAllBytes(Path.Combine(folder.Path, "b/onnx/model.onnx")));
        Assert.True(File.Exists(Path.Combine(folder.Path, "a/vocab.txt")));
    }

    [Theory]
    [InlineData("pretrain --init english --max-length 16 --batch-size 2 --steps 1 --eval-every 1 --corpus {0} --validation {0} --out {1}")]
    [InlineData("pretrain --tokenizer english --teacher english --preset tiny --max-length 16 --batch-size 2 --steps 1 --eval-every 1 --corpus {0} --validation {0} --out {1}")]
    [InlineData("corpus prepare {0} --tokenizer english --out {1}")]
    [InlineData("extend --model english --max-length 160 --out {1}")]
    [InlineData("convert --model english --to safetensors --out {1}")]
    [InlineData("plot kernels --model english --beside english --out {1}.png")]
    [InlineData("evaluate --task mlm --model english --data {0}")]
    public void EnglishIsAModelEverywhere(string command)
    {
        using var folder = new TemporaryFolder();
        string corpus = Path.Combine(folder.Path, "text.txt");
        File.WriteAllText(corpus, string.Join("\n\n", Enumerable.Repeat("The river flows into the sea, and nobody knows why it does.", 30)));
        Bigs.Run([.. command.Split(' ').Select(word => string.Format(System.Globalization.CultureInfo.InvariantCulture, word, corpus, Path.Combine(folder.Path, "out")))]).Succeeded();
    }

    [Theory]
    [InlineData("fill-mask --model englsh [MASK]")]
    [InlineData("embed --model no/such/folder text")]
    [InlineData("serve --model English")]
    [InlineData("export --model englsh --out x")]
    [InlineData("tokenizer encode --model englsh text")]
    [InlineData("pretrain --init englsh --out x")]
    [InlineData("pretrain --tokenizer englsh --out x")]
    [InlineData("plot kernels --model englsh --out x.png")]
    public void AnUnknownNameIsToldTheKnownOne(string command)
    {
        Outcome refused = Bigs.Run(command.Split(' '));
        refused.FailedWith(1, "there is no such folder or file", "owner/name", "or english or english-embed, which ship with bigs");
    }

    [Fact]
    public void WhatIsHereUnderTheNameComesFirst()
    {
        using var model = new SmallModel();
        using var folder = new TemporaryFolder();
        Directory.Move(model.Folder, Path.Combine(folder.Path, "english"));
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "BiGS.Cli.dll"), "tokenizer", "encode", "--model", "english", "the farmer"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(Bigs.Run("tokenizer", "encode", "--model", Path.Combine(folder.Path, "english"), "the farmer").Succeeded().Output, output);
        Directory.Move(Path.Combine(folder.Path, "english"), model.Folder);
    }
}
