using System.Text.RegularExpressions;
using BiGS.Cli.Reports;
using BiGS.Cli.Tests.Commands;
using BiGS.Configuration;
using BiGS.Support;
using BiGS.Training;
using BiGS.Training.FineTuning;
using BiGS.Training.Planning;
using BiGS.Training.Studies;

namespace BiGS.Cli.Tests.Studies;

[Collection(TorchGlobals.Name)]
public partial class StudyTests
{
    private static readonly StudyOptions Small = new()
    {
        Comparison = "kernels",
        Seeds = [1, 2],
        TaskExamples = 32,
        FineTuning = new FineTuningOptions { Epochs = 1, BatchSize = 32, LearningRate = 1e-3 },
        GrammarDocuments = 4,
        Lengths = [16, 64],
        Pretraining = new PretrainingOptions
        {
            Model = SmallModels.Config() with { HiddenSize = 16, IntermediateSize = 48, HiddenDropoutProb = 0 },
            VocabSize = 400,
            MaxLength = 32,
            BatchSize = 2,
            Training = new TrainingOptions { Steps = 20, WarmupSteps = 2, LogEvery = 5, SaveEvery = 6 },
        },
    };

    [Fact]
    public void AnInterruptedStudyGoesOnToTheSameResults()
    {
        using var folder = new TemporaryFolder();
        string whole = Path.Combine(folder.Path, "whole");
        StudyResults results = new Study(Small, whole).Run(cancellationToken: TestContext.Current.CancellationToken)!;
        Assert.Equal(
            from model in (string[])["kernels-1", "kernels-8"] from seed in (int[])[1, 2] from step in (long[])[2, 6, 20] select (model, seed, step),
            results.Checkpoints.Select(c => (c.Model, c.Seed, c.Step)));
        Assert.All(results.Checkpoints, c =>
        {
            Assert.True(c.Loss > 0);
            Assert.Equal(["acceptability", "same-thing"], c.Tasks.Select(task => task.Task));
            Assert.NotNull(c.Tasks[1].Distracted);
            Assert.InRange(c.AcrossAttractors!.Value, 0, 1);
        });
        Assert.All(results.Last("kernels-8"), c => Assert.Equal([32, 128, 256], c.Longer.Select(longer => longer.Length)));
        Assert.Equal([2 * 2, 2 * 2 * 8], results.Models.Select(model => model.Kernels.Count));

        // Cut off in training, and in measuring; each time the same command goes on.
        string cut = Path.Combine(folder.Path, "cut");
        foreach ((string model, string doing) in (IEnumerable<(string, string)>)[("one kernel", "step 5 of"), ("eight kernels", "step 6: fine-tuning for same-thing")])
        {
            using var stop = new CancellationTokenSource();
            Assert.Null(new Study(Small, cut).Run(new AtProgress(model, doing, stop.Cancel), stop.Token));
            Assert.False(File.Exists(Path.Combine(cut, StudyResults.FileName)));
        }

        new Study(Small, cut).Run(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(WithoutTimes(whole), WithoutTimes(cut));
        var other = Assert.Throws<InvalidOperationException>(() => new Study(Small with { TaskExamples = 33 }, cut).Run(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("\"task_examples\": 32", other.Message, StringComparison.Ordinal);

        AssertStandsAlone(StudyReport.Html(results), pictures: 10); // too few verbs for two of them
        StudyResults read = StudyResults.Read(Path.Combine(whole, StudyResults.FileName));
        Assert.Equal(results.Checkpoints.Select(c => c.Loss), read.Checkpoints.Select(c => c.Loss));
        Bigs.Run("plot", "agreement", "--study", whole, "--out", Path.Combine(folder.Path, "a.svg")).Succeeded();
        Bigs.Run("plot", "agreement", "--study", folder.Path, "--out", Path.Combine(folder.Path, "b.svg")).FailedWith(1, "results.json");
    }

    /// <summary>A comparison is one of equals: parameters of the layers within 2 %.</summary>
    [Theory]
    [InlineData("paper", "tiny")]
    [InlineData("paper", "large")]
    [InlineData("mixers", "tiny")]
    [InlineData("mixers", "medium")]
    [InlineData("mixers", "large")]
    public void TheModelsOfAComparisonHaveEqualSize(string comparison, string preset)
    {
        BiGSConfig shape = PretrainingRecipe.ForPreset(preset).Model;
        double[] sizes = [.. Comparisons.Named(comparison, shape).Select(contestant =>
        {
            BiGSConfig twice = contestant.Model with { NumHiddenLayers = 2 * contestant.Model.NumHiddenLayers };
            return (double)(ParameterCount.Compute(twice) - ParameterCount.Compute(contestant.Model));
        })];
        Assert.Equal(5, sizes.Length);
        Assert.All(sizes, size => Assert.InRange(size / sizes[0], 0.98, 1.02));
    }

    [Fact]
    public void EveryComparisonHasItsName()
    {
        Assert.All(Comparisons.Names, name => Assert.True(Comparisons.Named(name, Small.Pretraining.Model).Count > 1));
        Assert.Contains("merges", Assert.Throws<ArgumentException>(() => Comparisons.Named("colours", Small.Pretraining.Model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TasksOfTheGrammarAreAsTheySay()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<StudyTask> tasks = GrammarTasks.Write(folder.Path, 3_000);
        foreach (StudyTask task in tasks)
        {
            string[][] rows = [.. File.ReadAllLines(task.Train).Skip(1).Select(line => line.Split('\t'))];
            Assert.Equal(3_000, rows.Length);
            Assert.Equal(751, File.ReadAllLines(task.Validation).Length);
            Assert.InRange(rows.Average(row => row[^1] == "1" ? 1 : 0), 0.46, 0.54);
            Assert.Empty(File.ReadAllLines(task.Train).Skip(1).Intersect(File.ReadAllLines(task.Validation).Skip(1)));
            Assert.Equal("accuracy", GrammarTasks.KindOf(task).BestMetric);
        }

        // Two sentences about one thing share a word of some length, the others at most a verb or an adjective.
        double Shared(string label) => File.ReadAllLines(tasks[1].Train).Skip(1).Select(line => line.Split('\t')).Where(row => row[2] == label)
            .Average(row => Words().Matches(row[0]).Select(w => w.Value.ToLowerInvariant()).Intersect(Words().Matches(row[1]).Select(w => w.Value.ToLowerInvariant())).Count());
        Assert.True(Shared("1") > 1, $"{Shared("1")}");
        Assert.True(Shared("0") < 0.2, $"{Shared("0")}");
    }

    /// <summary>The same from the command line, in the shape of the built-in preset: some minutes.</summary>
    [Fact]
    public void TheCommandWritesAReport()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BIGS_SLOW") == "1", "a study of the preset's shape takes minutes; BIGS_SLOW=1 runs it");
        using var folder = new TemporaryFolder();
        string study = Path.Combine(folder.Path, "study");
        string[] command = ["study", "--compare", "kernels", "--seeds", "1", "--steps", "9", "--warmup-steps", "1", "--batch-size", "2", "--task-examples", "32", "--out", study];
        Bigs.Run([.. command, "--json"]).Succeeded();
        AssertStandsAlone(File.ReadAllText(Path.Combine(study, "report.html")), pictures: 12);
        Outcome again = Bigs.Run(command).Succeeded();
        Assert.Contains("held-out loss, lowest first", again.Output, StringComparison.Ordinal);
        Bigs.Run([.. command, "--learning-rate", "0.5"]).FailedWith(1, "learning_rate", "--out");
    }

    [Theory]
    [InlineData("cola", "NAME=DIR")]
    [InlineData("colour=x", "sst2")]
    public void TasksAreNamedWithTheirFolder(string tasks, string said) => Bigs.Run("study", "--tasks", tasks).FailedWith(1, said);

    /// <summary>So many pictures, all inside.</summary>
    private static void AssertStandsAlone(string page, int pictures)
    {
        Assert.Equal(pictures, SvgElements().Count(page));
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.Contains("held-out loss, lowest first", page, StringComparison.Ordinal);
    }

    private static string WithoutTimes(string study) => Seconds().Replace(File.ReadAllText(Path.Combine(study, StudyResults.FileName)), "\"seconds\": 0");

    [GeneratedRegex("\"seconds\": [0-9.eE+-]+")]
    private static partial Regex Seconds();

    [GeneratedRegex("<svg ")]
    private static partial Regex SvgElements();

    [GeneratedRegex("[A-Za-z]{4,}")]
    private static partial Regex Words();

    private sealed class AtProgress(string model, string doing, Action act) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value)
        {
            if (value.Model.StartsWith(model, StringComparison.Ordinal) && value.Activity.Contains(doing, StringComparison.Ordinal))
            {
                act();
            }
        }
    }
}
