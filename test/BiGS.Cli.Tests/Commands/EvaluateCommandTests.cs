using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class EvaluateCommandTests
{
    [Fact]
    public void ScoresHeldOutTextTheSameWayEachTime()
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        string[] command = ["evaluate", "--task", "mlm", "--data", data, "--model", model.Folder, "--json"];
        JsonElement score = Bigs.Run(command).Succeeded().Objects.Single();
        Assert.Equal("mlm", score.GetProperty("task").GetString());
        double loss = score.GetProperty("metrics").GetProperty("loss").GetDouble();
        Assert.Equal(Math.Exp(loss), score.GetProperty("metrics").GetProperty("perplexity").GetDouble(), 1e-9);
        Assert.InRange(loss, 1, 10);
        Assert.InRange(score.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 1);
        Assert.Equal(3, score.GetProperty("count").GetInt32()); // 15 % of 7 and of 12 tokens
        Assert.Equal(score.ToString(), Bigs.Run(command).Succeeded().Objects.Single().ToString());
        Assert.Equal(1, Bigs.Run([.. command, "--limit", "1"]).Succeeded().Objects.Single().GetProperty("count").GetInt32());
        Assert.NotEqual(score.ToString(), Bigs.Run([.. command, "--seed", "2"]).Succeeded().Objects.Single().ToString());
    }

    [Fact]
    public void ThePaddingOfABatchDoesNotCount()
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        double Loss(string size) => Bigs.Run("evaluate", "--task", "mlm", "--data", data, "--model", model.Folder, "--json", "--batch-size", size)
            .Succeeded().Objects.Single().GetProperty("metrics").GetProperty("loss").GetDouble();
        Assert.Equal(Loss("1"), Loss("2"), 1e-5);
    }

    [Theory]
    [InlineData("fp64", 1e-5)]
    [InlineData("bf16", 2e-2)]
    public void PrecisionsAgree(string precision, double limit)
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        double Loss(string precision) => Bigs.Run("evaluate", "--data", data, "--model", model.Folder, "--json", "--precision", precision)
            .Succeeded().Objects.Single().GetProperty("metrics").GetProperty("loss").GetDouble();
        double single = Loss("fp32");
        Assert.InRange(Math.Abs(Loss(precision) - single) / single, 0, limit);
    }

    [Fact]
    public void ShowsATableToPeople()
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        string shown = Bigs.Run("evaluate", "--task", "mlm", "--data", data, "--model", model.Folder).Succeeded().Output;
        Assert.All(["loss", "accuracy", "perplexity", "3 masked tokens in 2 rows"], part => Assert.Contains(part, shown));
    }

    [Fact]
    public void ErrorsNameWhatIsMissing()
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        Bigs.Run("evaluate", "--task", "mlm", "--data", "none.txt", "--model", model.Folder).FailedWith(1, "'none.txt' does not exist");
        Bigs.Run("evaluate", "--task", "mlm", "--data", data, "--model", model.Folder, "--max-length", "100").FailedWith(1, "--max-length is 100", "24 positions");
        File.Delete(model.File("model.safetensors"));
        Bigs.Run("evaluate", "--task", "mlm", "--data", data, "--model", model.Folder).FailedWith(1, "model.safetensors");
    }
}
