using BiGS.Cli.Plots;
using BiGS.Configuration;
using BiGS.Support;
using SkiaSharp;

namespace BiGS.Cli.Tests.Commands;

public class PlotCommandTests
{
    [Theory]
    [InlineData("map")]
    [InlineData("curves")]
    public void KernelsAreDrawn(string style)
    {
        using var model = new SmallModel();
        string picture = model.File("k.png");
        Bigs.Run("plot", "kernels", "--model", model.Folder, "--beside", model.Folder, "--style", style, "--reach", "8", "--out", picture).Succeeded();
        AssertIsDrawn(picture);
        Bigs.Run("plot", "kernels", "--model", model.Folder, "--style", style, "--out", model.File("k.svg")).Succeeded();
        Assert.Contains("<svg", File.ReadAllText(model.File("k.svg")), StringComparison.Ordinal);
        Bigs.Run("plot", "kernels", "--model", model.Folder, "--style", style, "--out", model.File("k.gif")).FailedWith(1, ".png or .svg");
    }

    [Theory]
    [InlineData(Routing.Hydra)]
    [InlineData(Routing.Attention)]
    public void MatricesAreDrawn(Routing routing)
    {
        using var model = new SmallModel(routing: routing);
        Bigs.Run("plot", "matrices", "--model", model.Folder, "--text", "the farmer sleeps", "--out", model.File("m.png")).Succeeded();
        AssertIsDrawn(model.File("m.png"));
        Bigs.Run("plot", "matrices", "--model", model.Folder, "--text", "the farmer sleeps", "--layer", "99", "--out", model.File("n.png")).FailedWith(1, "--layer is 99");
        Bigs.Run("plot", "kernels", "--model", model.Folder, "--out", model.File("k.png")).FailedWith(1, "\"ssm\"");
    }

    [Fact]
    public void FixedKernelsAreDrawnOtherwise()
    {
        using var model = new SmallModel();
        Bigs.Run("plot", "matrices", "--model", model.Folder, "--text", "the farmer sleeps", "--out", model.File("m.png")).FailedWith(1, "plot kernels");
    }

    [Fact]
    public void LossesAreDrawn()
    {
        using var model = new SmallModel();
        model.Written("log.jsonl", "{\"step\":1,\"tokens\":100,\"loss\":5.1}\n{\"step\":2,\"tokens\":200,\"loss\":4.1}\n{\"step\":2,\"tokens\":200,\"eval_loss\":4.5,\"eval_accuracy\":0.1}\n");
        Bigs.Run("plot", "losses", "--runs", model.Folder, "--out", model.File("l.png")).Succeeded();
        AssertIsDrawn(model.File("l.png"));
        File.Delete(model.File("log.jsonl"));
        Bigs.Run("plot", "losses", "--runs", model.Folder, "--out", model.File("l.png"), "--overwrite").FailedWith(1, "log.jsonl");
        Bigs.Run("plot", "losses", "--runs", model.Folder, "--out", model.File("l.png")).FailedWith(1, "there is a file already", "--overwrite");
    }

    [Theory]
    [InlineData("runs/a runs/b", "a b")]
    [InlineData("a/tiny b/tiny", "a/tiny b/tiny")]
    [InlineData("a/tiny b/tiny c/small", "a/tiny b/tiny small")]
    [InlineData("x/a/tiny/last y/a/tiny/last x/b/last", "x/a/tiny/last y/a/tiny/last b/last")]
    [InlineData("a/seed-1/tiny/ b/seed-1/tiny b/seed-2/tiny", "a/seed-1/tiny b/seed-1/tiny seed-2/tiny")]
    [InlineData("/tiny /a/tiny", "/tiny a/tiny")]
    public void RunsAreToldApartByTheShortestPathThatDoes(string runs, string names) => Assert.Equal(names.Split(' '), RunNames.Of(runs.Split(' ')));

    [Theory]
    [InlineData("a/tiny a/tiny")]
    [InlineData("a/tiny b/tiny b/../a/tiny/")]
    public void ARunIsNamedOnce(string runs) => Assert.Contains("twice", Assert.Throws<ArgumentException>(() => RunNames.Of(runs.Split(' '))).Message);

    [Fact]
    public void TheLegendTellsRunsApart()
    {
        using var folder = new TemporaryFolder();
        string[] runs = [.. ((string[])["a", "b"]).Select(run => Directory.CreateDirectory(Path.Combine(folder.Path, $"{run}/tiny")).FullName)];
        Array.ForEach(runs, run => File.WriteAllText(Path.Combine(run, "log.jsonl"), Row(100, 5.1) + Row(200, 4.1)));
        foreach (string kind in (string[])["losses", "throughput"])
        {
            string picture = Path.Combine(folder.Path, $"{kind}.svg");
            Bigs.Run("plot", kind, "--runs", string.Join(',', runs), "--out", picture).Succeeded();
            string svg = File.ReadAllText(picture);
            Assert.Contains("a/tiny", svg);
            Assert.Contains("b/tiny", svg);
        }
    }

    [Theory]
    [InlineData("losses")]
    [InlineData("throughput")]
    public void ARunOfOneRowIsAPoint(string kind)
    {
        using var folder = new TemporaryFolder();
        (string one, string none) = (Path.Combine(folder.Path, "one.svg"), Path.Combine(folder.Path, "none.svg"));
        File.WriteAllText(Path.Combine(folder.Path, "log.jsonl"), Row(100, 5.1));
        Bigs.Run("plot", kind, "--runs", folder.Path, "--out", one).Succeeded();
        File.WriteAllText(Path.Combine(folder.Path, "log.jsonl"), Row(100, 5.1) + Row(200, 4.1));
        Bigs.Run("plot", kind, "--runs", folder.Path, "--out", none).Succeeded();
        Assert.Contains("<circle", File.ReadAllText(one).Replace("<ellipse", "<circle", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds nothing to draw yet")]
    [InlineData("\n", "holds nothing to draw yet")]
    [InlineData("{\"step\":1,\"tokens\":10,\"lo", "holds nothing to draw yet")]
    [InlineData("{\"step\":1,\"tokens\":10}\n", "holds nothing to draw yet")]
    [InlineData("{\"step\":1,\"loss\":2}\n", "log.jsonl, line 1")]
    [InlineData("{\"step\":1,\"tokens\":10,\"loss\":2}\n{\"step\":\"two\",\"tokens\":20,\"loss\":2}\n", "log.jsonl, line 2")]
    public void ALogWithoutRowsOrWithOthersIsRefused(string log, string said)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "log.jsonl"), log);
        Bigs.Run("plot", "losses", "--runs", folder.Path, "--out", Path.Combine(folder.Path, "l.png")).FailedWith(1, folder.Path, said);
        Assert.False(File.Exists(Path.Combine(folder.Path, "l.png")));
    }

    [Fact]
    public void ARunThatHasOnlyBegunIsLeftOut()
    {
        using var folder = new TemporaryFolder();
        string[] runs = [.. ((string[])["a", "b", "c"]).Select(run => Directory.CreateDirectory(Path.Combine(folder.Path, run)).FullName)];
        File.WriteAllText(Path.Combine(runs[0], "log.jsonl"), Row(100, 5.1) + "{\"step\":2,\"tok"); // a crash cut the last row
        File.WriteAllText(Path.Combine(runs[1], "log.jsonl"), "");
        Outcome drawn = Bigs.Run("plot", "losses", "--runs", $"{runs[0]},{runs[1]}", "--out", Path.Combine(folder.Path, "l.png")).Succeeded();
        Assert.Contains($"warning: {runs[1]}: log.jsonl holds nothing to draw yet", drawn.Errors);
        Assert.Contains("losses of 1 run\n", drawn.Errors);
        Bigs.Run("plot", "losses", "--runs", $"{runs[0]},{runs[2]}", "--out", Path.Combine(folder.Path, "m.png")).FailedWith(1, runs[2], "there is no log.jsonl");
        Bigs.Run("plot", "losses", "--runs", $"{runs[0]},{runs[2]}-not", "--out", Path.Combine(folder.Path, "m.png")).FailedWith(1, "there is no such folder");
    }

    private static string Row(int tokens, double loss) =>
        FormattableString.Invariant($"{{\"step\":{tokens / 100},\"tokens\":{tokens},\"loss\":{loss},\"tokens_per_second\":1000}}\n");

    /// <summary>Neither empty nor all of one colour.</summary>
    private static void AssertIsDrawn(string path)
    {
        using SKBitmap bitmap = SKBitmap.Decode(path);
        SKColor[] pixels = bitmap.Pixels;
        Assert.InRange(pixels.Count(pixel => pixel.Red < 128), 500, pixels.Length / 2);
        Assert.Contains(SKColors.White, pixels);
    }
}
