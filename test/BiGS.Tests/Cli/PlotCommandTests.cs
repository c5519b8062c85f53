using SkiaSharp;

namespace BiGS.Tests.Cli;

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

    [Fact]
    public void LossesAreDrawn()
    {
        using var model = new SmallModel();
        model.Written("log.jsonl", "{\"step\":1,\"tokens\":100,\"loss\":5.1}\n{\"step\":2,\"tokens\":200,\"loss\":4.1}\n{\"step\":2,\"tokens\":200,\"eval_loss\":4.5,\"eval_accuracy\":0.1}\n");
        Bigs.Run("plot", "losses", "--runs", model.Folder, "--out", model.File("l.png")).Succeeded();
        AssertIsDrawn(model.File("l.png"));
        File.Delete(model.File("log.jsonl"));
        Bigs.Run("plot", "losses", "--runs", model.Folder, "--out", model.File("l.png")).FailedWith(1, "log.jsonl");
    }

    /// <summary>Neither empty nor all of one colour.</summary>
    private static void AssertIsDrawn(string path)
    {
        using SKBitmap bitmap = SKBitmap.Decode(path);
        SKColor[] pixels = bitmap.Pixels;
        Assert.InRange(pixels.Count(pixel => pixel.Red < 128), 500, pixels.Length / 2);
        Assert.Contains(SKColors.White, pixels);
    }
}
