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
    [InlineData("fp32", "torch", 1e-5)]
    [InlineData("fp64", "torch", 1e-5)]
    [InlineData("bf16", "torch", 2e-2)]
    [InlineData("int8", "onnx", 5e-2)]
    public void BackendsAndPrecisionsAgree(string precision, string backend, double limit)
    {
        using var model = new SmallModel();
        string data = model.Written("held-out.txt", SmallModel.Text);
        double Loss(params string[] computing) => Bigs.Run(["evaluate", "--data", data, "--model", model.Folder, "--json", .. computing])
            .Succeeded().Objects.Single().GetProperty("metrics").GetProperty("loss").GetDouble();
        double single = Loss("--backend", "onnx");
        Assert.InRange(Math.Abs(Loss("--precision", precision, "--backend", backend) - single) / single, 0, limit);
    }

    [Fact]
    public void AClassifierIsEvaluatedByWhateverComputesIt()
    {
        using var model = new SmallModel(head: "BiGSForSequenceClassification");
        string data = model.Written("classes.tsv", "text\tlabel\nthe farmer sleeps .\tLABEL_0\nthe trees near the farmer\tLABEL_1\nthe farmer near the trees sleeps .\tLABEL_2\n");
        string[] Predicted(params string[] computing)
        {
            string file = model.File($"{string.Concat(computing)}.jsonl");
            Bigs.Run(["evaluate", "--task", "classification", "--data", data, "--model", model.Folder, "--text-column", "text", "--label-column", "label", "--predictions", file, .. computing]).Succeeded();
            return [.. File.ReadLines(file)];
        }

        double[] Probabilities(string line) => [.. JsonDocument.Parse(line).RootElement.GetProperty("probabilities").EnumerateObject().Select(label => label.Value.GetDouble())];
        string[] torch = Predicted("--backend", "torch");
        Assert.Equal(3, torch.Length);
        Assert.All(torch.Zip(Predicted("--backend", "onnx")), pair => Assert.All(Probabilities(pair.First).Zip(Probabilities(pair.Second)), each => Assert.Equal(each.First, each.Second, 1e-5)));
        Assert.All(torch.Zip(Predicted("--precision", "int8")), pair => Assert.All(Probabilities(pair.First).Zip(Probabilities(pair.Second)), each => Assert.Equal(each.First, each.Second, 5e-2)));
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
