using System.Text.Json;
using BiGS.Support;

namespace BiGS.Cli.Tests.Commands;

/// <summary>The tasks of <c>bigs evaluate</c> that need no fine-tuning: what they print, and what they say about bad input.</summary>
public class ZeroShotTests
{
    private const string Pairs =
        """
        {"sentence_good": "the farmer sleeps .", "sentence_bad": "the farmer sleep .", "field": "morphology", "linguistics_term": "subject_verb_agreement"}
        {"sentence_good": "the trees sleep .", "sentence_bad": "the trees sleeps .", "field": "morphology", "linguistics_term": "subject_verb_agreement"}
        {"sentence_good": "nobody knows why .", "sentence_bad": "knows nobody why .", "field": "syntax", "linguistics_term": "island_effects"}
        """;

    private const string Agreement =
        "category\tcondition\tgood\tbad\n"
        + "simple_agrmt\ts\tthe farmer sleeps\tthe farmer sleep\n"
        + "prep_anim\ts\tthe trees near the farmer sleep\tthe trees near the farmer sleeps\n"
        + "prep_anim\ts\tthe trees near the farmer sleep\tthe trees near the farmer zzz\n";

    [Fact]
    public void ScoresEveryLineOfAFile()
    {
        using var model = new SmallModel();
        string data = model.Written("lines.txt", "the farmer sleeps .\n\n  \nthe trees near the farmer sleep , and nobody knows why .\n");
        string[] command = ["evaluate", "--task", "score", "--data", data, "--model", model.Folder];
        JsonElement score = Bigs.Run([.. command, "--json"]).Succeeded().Objects.Single();
        JsonElement[] sentences = [.. score.GetProperty("sentences").EnumerateArray()];
        Assert.Equal([1, 4], sentences.Select(sentence => sentence.GetProperty("line").GetInt32()));
        Assert.Equal([4, 12], sentences.Select(sentence => sentence.GetProperty("pieces").GetInt32()));
        double[] each = [.. sentences.Select(sentence => sentence.GetProperty("score").GetDouble())];
        Assert.All(each, value => Assert.InRange(value, -200, -1));
        Assert.Equal("score", score.GetProperty("task").GetString());
        Assert.Equal(2, score.GetProperty("count").GetInt32());
        Assert.Equal(each.Average(), Metric(score, "score"), 1e-9);
        Assert.Equal(Math.Exp(-each.Sum() / 16), Metric(score, "pseudo_perplexity"), 1e-9);
        Assert.Equal(2, score.GetProperty("intervals").GetProperty("score").GetArrayLength());

        string shown = Bigs.Run(command).Succeeded().Output;
        Assert.All(["the farmer sleeps .", "pieces", $"{each[0]:f3}", "2 sentences"], part => Assert.Contains(part, shown));
        Assert.Single(Bigs.Run([.. command, "--json", "--limit", "1"]).Succeeded().Objects.Single().GetProperty("sentences").EnumerateArray());
    }

    [Fact]
    public void HidingTheRestOfAWordChangesLongWordsOnly()
    {
        using var model = new SmallModel();
        string data = model.Written("lines.txt", "the farmer sleeps .\ntreess\n");
        double[] Scores(string masking) =>
        [
            .. Bigs.Run("evaluate", "--task", "score", "--data", data, "--model", model.Folder, "--json", "--masking", masking).Succeeded().Objects.Single()
                .GetProperty("sentences").EnumerateArray().Select(sentence => sentence.GetProperty("score").GetDouble()),
        ];
        (double[] alone, double[] rest) = (Scores("piece"), Scores("rest-of-word"));
        Assert.Equal(alone[0], rest[0], 1e-6);
        Assert.NotEqual(alone[1], rest[1], 1e-6);
    }

    [Fact]
    public void ScoresMinimalPairs()
    {
        using var model = new SmallModel();
        string data = model.Written("blimp.jsonl", Pairs);
        string[] command = ["evaluate", "--task", "blimp", "--data", data, "--model", model.Folder];
        JsonElement score = Bigs.Run([.. command, "--json"]).Succeeded().Objects.Single();
        Assert.Equal(
            ["accuracy", "accuracy_field_morphology", "accuracy_field_syntax", "accuracy_island_effects", "accuracy_subject_verb_agreement"],
            score.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name));
        Assert.Equal(3, score.GetProperty("count").GetInt32());
        Assert.Equal(2, score.GetProperty("counts").GetProperty("accuracy_subject_verb_agreement").GetInt32());
        double accuracy = Metric(score, "accuracy");
        Assert.Equal(((2 * Metric(score, "accuracy_field_morphology")) + Metric(score, "accuracy_island_effects")) / 3, accuracy, 1e-12);
        JsonElement interval = score.GetProperty("intervals").GetProperty("accuracy");
        Assert.InRange(accuracy, interval[0].GetDouble(), interval[1].GetDouble());

        string shown = Bigs.Run(command).Succeeded().Output;
        Assert.All(["minimal pairs", "all", "island effects", "of 2", "3 questions"], part => Assert.Contains(part, shown));

        // Spread over the file: the first of each half.
        JsonElement two = Bigs.Run([.. command, "--json", "--limit", "2"]).Succeeded().Objects.Single();
        Assert.Equal(2, two.GetProperty("counts").GetProperty("accuracy_field_morphology").GetInt32());
        Assert.Equal(2, two.GetProperty("count").GetInt32());
    }

    [Fact]
    public void AsksForAgreement()
    {
        using var model = new SmallModel();
        string data = model.Written("pairs.tsv", Agreement);
        JsonElement score = Bigs.Run("evaluate", "--task", "agreement", "--data", data, "--model", model.Folder, "--json").Succeeded().Objects.Single();
        Assert.Equal(["accuracy", "accuracy_prep_anim", "accuracy_simple_agrmt"], score.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name));
        Assert.Equal(2, score.GetProperty("count").GetInt32());
        Assert.Equal(1, score.GetProperty("skipped").GetProperty("not_one_piece").GetInt32());
        string shown = Bigs.Run("evaluate", "--task", "agreement", "--data", data, "--model", model.Folder).Succeeded().Output;
        Assert.All(["prep anim", "2 questions", "left out as not one piece: 1"], part => Assert.Contains(part, shown));
    }

    [Fact]
    public void AsksForAgreementOnTheBuiltInGrammar()
    {
        // Of its verbs, the model's vocabulary has "sleeps" and "sleep" alone; its 24 positions hold few sentences.
        using var model = new SmallModel();
        string[] command = ["evaluate", "--task", "grammar", "--model", model.Folder];
        Bigs.Run([.. command, "--limit", "1"]).FailedWith(1, "nothing to score", "too long");
        JsonElement score = Bigs.Run([.. command, "--limit", "2000", "--json"]).Succeeded().Objects.Single();
        Assert.InRange(Metric(score, "accuracy_distance_0"), 0, 1);
        Assert.InRange(Metric(score, "accuracy_attractors_0"), 0, 1);
        Assert.InRange(score.GetProperty("count").GetInt32(), 1, 100);
    }

    [Fact]
    public void CountsAndTimesAForwardPass()
    {
        using var model = new SmallModel();
        string[] command = ["evaluate", "--task", "efficiency", "--model", model.Folder];
        JsonElement score = Bigs.Run([.. command, "--lengths", "8,24,128", "--json"]).Succeeded().Objects.Single();
        Assert.Equal(
            ["parameters", "layer_parameters", "flops_8", "route_flops_8", "seconds_8", "flops_24", "route_flops_24", "seconds_24", "flops_128", "route_flops_128"],
            score.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name));
        Assert.Equal(3, score.GetProperty("count").GetInt32());
        Assert.Equal(2 * ((16 * ((4 * 256) + (3 * 16 * 32))) + (2 * 16 * 2 * 64)), Metric(score, "route_flops_8"));
        Assert.InRange(Metric(score, "layer_parameters"), 2 * 2560, Metric(score, "parameters"));
        string shown = Bigs.Run(command).Succeeded().Output;
        Assert.All(["M parameters", "FLOPs", "tokens/s", "4,096", "beyond the model's 24 positions"], part => Assert.Contains(part, shown));

        // Any head will do.
        using var other = new SmallModel(head: "BiGSForTokenClassification");
        Bigs.Run("evaluate", "--task", "efficiency", "--model", other.Folder, "--lengths", "8").Succeeded();
    }

    [Fact]
    public void BadInputIsNamed()
    {
        using var model = new SmallModel();
        Outcome Run(string task, string data) => Bigs.Run("evaluate", "--task", task, "--data", data, "--model", model.Folder);
        string empty = model.Written("empty.txt", "\n \n");
        Run("score", empty).FailedWith(1, empty, "holds no text");
        Run("score", model.File("none.txt")).FailedWith(1, "none.txt' does not exist");
        string endless = model.Written("long.txt", "the farmer\n" + string.Concat(Enumerable.Repeat("the ", 40)));
        Run("score", endless).FailedWith(1, $"'{endless}', line 2", "42 tokens", "at most 24");
        Run("score", $"{empty},{endless}").FailedWith(1, "--data names several files", "--task score reads one");
        string pairs = model.Written("pairs.jsonl", Pairs.Replace("sentence_bad", "sentence_odd"));
        Run("blimp", pairs).FailedWith(1, pairs, "no column \"sentence_bad\"", "sentence_odd");
        Run("blimp", model.Written("empty.jsonl", "")).FailedWith(1, "empty.jsonl' holds no row");
        Run("agreement", model.Written("a.tsv", "good\tbad\nx\ty\n")).FailedWith(1, "a.tsv' is none of the agreement sets", "good, bad");
        Run("agreement", model.Written("b.tsv", Agreement + "simple_agrmt\ts\tthe farmer\n")).FailedWith(1, "b.tsv', line 5: has 3 cells");
        using var other = new SmallModel(head: "BiGSForTokenClassification");
        Bigs.Run("evaluate", "--task", "blimp", "--data", model.Written("blimp.jsonl", Pairs), "--model", other.Folder)
            .FailedWith(1, other.Folder, "--task blimp needs a BiGSForMaskedLM");
    }

    private static double Metric(JsonElement score, string name) => score.GetProperty("metrics").GetProperty(name).GetDouble();
}
