using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class ConvertCommandTests
{
    [Fact]
    public void AModelAnswersTheSameInEveryFormat()
    {
        using var model = new SmallModel();
        string last = model.Folder;
        string[] expected = Fills(last);
        foreach (string format in (string[])["pytorch", "flax", "safetensors"])
        {
            string next = model.File(format);
            Outcome outcome = Bigs.Run("convert", "--model", last, "--to", format, "--out", next).Succeeded();
            Assert.Equal("", outcome.Output);
            Assert.Equal(expected, Fills(next));
            last = next;
        }

        Assert.Equal(expected, Fills(Path.Combine(last, "model.safetensors")));
    }

    [Fact]
    public void WhatStandsInTheWayIsNamed()
    {
        using var model = new SmallModel();
        Bigs.Run("convert", "--model", model.Folder, "--to", "flax", "--out", model.Folder).FailedWith(1, "own place");
        Bigs.Run("convert", "--model", model.Folder, "--to", "numpy", "--out", model.File("x")).FailedWith(2, "safetensors");
        model.Written("x.gguf", "GGUF");
        Bigs.Run("convert", "--model", model.File("x.gguf"), "--out", model.File("x")).FailedWith(1, "not a weights file");
        Bigs.Run("convert", "--model", model.File("nowhere"), "--out", model.File("x")).FailedWith(1, "nowhere");
    }

    private static string[] Fills(string model) =>
        [.. Bigs.Run("fill-mask", "--model", model, "--json", "the [MASK] sleeps .").Succeeded().Objects[0]
            .GetProperty("masks")[0].GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetRawText())];
}
