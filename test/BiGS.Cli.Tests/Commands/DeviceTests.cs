using System.Text.Json;
using BiGS.Support;
using static TorchSharp.torch;

namespace BiGS.Cli.Tests.Commands;

/// <summary>A GPU that is asked for and is not there is refused by every verb that computes, before it does anything else of note.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("pretrain --steps 1 --out OUT")]
    [InlineData("pretrain --steps 1 --precision fp32 --out OUT")]
    [InlineData("study --steps 1 --precision fp32 --out OUT")]
    [InlineData("plan --measure")]
    [InlineData("bench --lengths 16 --width 16")]
    [InlineData("bench matmul --sizes 16")]
    [InlineData("bench serve")]
    [InlineData("fill-mask the[MASK]")]
    [InlineData("embed text")]
    [InlineData("evaluate --task grammar")]
    [InlineData("serve --port 0")]
    [InlineData("index TEXTS")]
    [InlineData("finetune --task classification --train TEXTS/a.tsv --text-column text --label-column label --out OUT")]
    public void ACardThatIsNotThereIsRefused(string arguments)
    {
        Assert.SkipWhen(cuda.is_available(), "there is a GPU here");
        _temporary.File("texts/a.tsv", "text\tlabel\nyes\t1\nno\t0\n");
        string[] given = [.. arguments.Split(' ').Select(word => word.Replace("TEXTS", Path.Combine(_temporary.Path, "texts"), StringComparison.Ordinal).Replace("OUT", Path.Combine(_temporary.Path, "out"), StringComparison.Ordinal))];
        Outcome outcome = Bigs.Run([.. given, "--device", "cuda"]);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("error: --device is cuda, but libtorch finds no GPU here", outcome.Errors);
        Assert.Empty(Directory.Exists(Path.Combine(_temporary.Path, "out")) ? Directory.GetFileSystemEntries(Path.Combine(_temporary.Path, "out")) : []);
    }

    [Fact]
    public void AMatrixPeakIsMeasured()
    {
        JsonElement peak = Bigs.Run("bench", "matmul", "--sizes", "32,64", "--repeats", "1", "--device", "cpu", "--json").Succeeded().Objects.Single();
        double best = peak.GetProperty("peak_tflops").GetDouble();
        Assert.True(best > 0);
        Assert.Equal(best, peak.GetProperty("tflops").EnumerateObject().Max(size => size.Value.GetDouble()));
    }
}
