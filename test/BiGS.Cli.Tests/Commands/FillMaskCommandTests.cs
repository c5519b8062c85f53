using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

public class FillMaskCommandTests
{
    [Fact]
    public void AnswersEachTextWithAJsonObject()
    {
        using var model = new SmallModel();
        string[] texts = ["the [MASK] sleeps .", "🌲 [MASK] near [MASK]"];
        JsonElement[] answers = Bigs.RunOn(string.Join('\n', texts), "fill-mask", "--model", model.Folder, "--top", "3", "--json").Succeeded().Objects;
        Assert.Equal(texts, answers.Select(answer => answer.GetProperty("text").GetString()));
        Assert.Equal([1, 2], answers.Select(answer => answer.GetProperty("masks").GetArrayLength()));
        JsonElement mask = answers[1].GetProperty("masks")[0];
        Assert.Equal((2, 8), (mask.GetProperty("start").GetInt32(), mask.GetProperty("end").GetInt32()));
        Assert.Equal(3, mask.GetProperty("candidates").GetArrayLength());
        JsonElement first = mask.GetProperty("candidates")[0];
        Assert.InRange(first.GetProperty("probability").GetDouble(), 0, 1);
        Assert.DoesNotContain("##", first.GetProperty("text").GetString());
    }

    [Fact]
    public void ShowsWordsAndBarsToPeople()
    {
        using var model = new SmallModel();
        Outcome outcome = Bigs.Run("fill-mask", "--model", model.Folder, "--top", "2", "the [MASK] sleeps .").Succeeded();
        Assert.StartsWith("the [MASK] sleeps .\n", outcome.Output);
        Assert.Matches(@"\n  \S+ +0\.\d{4}", outcome.Output);
        Assert.DoesNotContain('\u001b', outcome.Output);
    }

    [Fact]
    public void ErrorsNameTheText()
    {
        using var model = new SmallModel();
        Bigs.Run("fill-mask", "--model", model.Folder, "no mask here").FailedWith(1, "\"no mask here\" has no [MASK]");
        string endless = "[MASK]" + string.Concat(Enumerable.Repeat(" the", 40));
        Bigs.Run("fill-mask", "--model", model.Folder, endless).FailedWith(1, "43 tokens", "at most 24");
        Bigs.Run("fill-mask", "--model", model.Folder, "--pad-to", "4", "[MASK] the trees").FailedWith(1, "5 tokens", "row of 4");
        Bigs.Run("fill-mask", "--model", model.Folder, "--pad-to", "40", "[MASK]").FailedWith(1, "40", "at most 24");
        Bigs.Run("fill-mask", "--model", model.Folder, "--device", "cuda", "[MASK]").FailedWith(1, "no GPU", "--device cpu");
        using var other = new SmallModel(head: "BiGSForTokenClassification");
        Bigs.Run("fill-mask", "--model", other.Folder, "[MASK]").FailedWith(1, "BiGSForTokenClassification", "BiGSForMaskedLM");
    }
}
