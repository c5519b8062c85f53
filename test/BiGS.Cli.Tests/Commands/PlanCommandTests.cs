using System.Text.Json;

namespace BiGS.Cli.Tests.Commands;

public class PlanCommandTests
{
    [Fact]
    public void PlansTheLargestBudgetOfThePaper()
    {
        JsonElement plan = Bigs.Run("plan", "--preset", "large", "--tokens", "97B", "--ranks", "8,64", "--tokens-per-second", "150K", "--price", "2", "--json").Succeeded().Objects.Single();
        Assert.Equal(997_122, plan.GetProperty("steps").GetInt64());
        Assert.Equal(1.86e20, plan.GetProperty("flops").GetProperty("total").GetDouble(), 0.01e20);
        JsonElement[] ranks = [.. plan.GetProperty("ranks").EnumerateArray()];
        Assert.Equal([8, 64], ranks.Select(row => row.GetProperty("ranks").GetInt32()));
        Assert.All(ranks, row => Assert.Equal(2 * row.GetProperty("device_hours").GetDouble(), row.GetProperty("cost").GetDouble(), 1e-6));
        Assert.Equal(
            "mpirun -n 64 ./bigs pretrain --preset large --corpus PATH --tokenizer DIR --max-length 128 --batch-size 760 --accumulate 1 --steps 997122",
            plan.GetProperty("recipe").GetString());
    }

    [Fact]
    public void SaysWhatItAssumes() => Assert.Contains("assumed", Bigs.Run("plan", "--preset", "large").Succeeded().Output);

    [Fact]
    public void MeasuresThisMachine()
    {
        JsonElement plan = Bigs.Run("plan", "--measure", "--measure-rows", "1", "--max-length", "8", "--device", "cpu", "--json").Succeeded().Objects.Single();
        Assert.True(plan.GetProperty("tokens_per_second").GetDouble() > 0);
        Assert.Contains("measured here", plan.GetProperty("tokens_per_second_is").GetString());
    }

    [Theory]
    [InlineData(2, "--overlap 1.5", "share above 0 and up to 1")]
    [InlineData(2, "--bandwidth 0", "number above 0")]
    [InlineData(1, "--measure --utilisation 0.3", "choose one of them")]
    [InlineData(1, "--batch-size 4 --ranks 5", "at most 4")]
    public void RefusesWhatCannotBe(int code, string arguments, string because) => Bigs.Run(["plan", .. arguments.Split(' ')]).FailedWith(code, because);
}
