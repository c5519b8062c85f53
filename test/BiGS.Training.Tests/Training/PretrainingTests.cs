using BiGS.Configuration;
using BiGS.Support;
using BiGS.Training.Data;

namespace BiGS.Training.Tests.Training;

/// <summary>The main job as one call, on text in files.</summary>
[Collection(TorchGlobals.Name)]
public class PretrainingTests
{
    private static readonly string Text = string.Join(
        "\n\n", Enumerable.Range(0, 40).Select(i => $"The {(i % 2 == 0 ? "cat" : "dog")} number {i} sits on the mat and looks at the old house by the river."));

    [Fact]
    public void TextBecomesACheckpointWithItsLogAndTokenizer()
    {
        using var folder = new TemporaryFolder();
        PretrainingResult result = Pretraining.Run(Options(folder), Path.Combine(folder.Path, "run"), new PretrainingObserver(), TestContext.Current.CancellationToken);
        Assert.True(result.IsFinished);
        Assert.Equal(6, result.State.Step);
        Assert.True(double.IsFinite(result.HeldOut!.Loss));
        Assert.All(
            (string[])["config.json", "model.safetensors", "vocab.txt", "log.jsonl", "run.json", "last/trainer_state.json"],
            name => Assert.True(File.Exists(Path.Combine(folder.Path, "run", name)), name));
        Assert.Equal(Options(folder).Training, PretrainingOptions.Read(Path.Combine(folder.Path, "run")).Training with { Milestones = Options(folder).Training.Milestones });
    }

    [Fact]
    public void AStoppedRunGoesOnFromItsFolderAlone()
    {
        using var folder = new TemporaryFolder();
        Pretraining.Run(Options(folder), Path.Combine(folder.Path, "whole"), new PretrainingObserver(), TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        var observer = new PretrainingObserver { Steps = new AtStep(3, stop.Cancel) };
        Assert.False(Pretraining.Run(Options(folder), Path.Combine(folder.Path, "stopped"), observer, stop.Token).IsFinished);
        Assert.True(Pretraining.Run(PretrainingOptions.Read(Path.Combine(folder.Path, "stopped")), Path.Combine(folder.Path, "stopped"), new PretrainingObserver(), TestContext.Current.CancellationToken).IsFinished);

        Assert.Equal(
            RunLog.Read(Path.Combine(folder.Path, "whole", "log.jsonl")).Select(row => row with { TokensPerSecond = null }),
            RunLog.Read(Path.Combine(folder.Path, "stopped", "log.jsonl")).Select(row => row with { TokensPerSecond = null }));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder.Path, "whole", "model.safetensors")), File.ReadAllBytes(Path.Combine(folder.Path, "stopped", "model.safetensors")));
    }

    [Fact]
    public void OneDocumentAloneLeavesNothingToScore()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "one.txt"), "Only one document here.");
        PretrainingOptions options = Options(folder) with { Corpus = [Path.Combine(folder.Path, "one.txt")] };
        var error = Assert.Throws<InvalidDataException>(() => Pretraining.Run(options, Path.Combine(folder.Path, "run"), new PretrainingObserver(), TestContext.Current.CancellationToken));
        Assert.Contains("PretrainingOptions.Validation", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "run")));
    }

    /// <summary>That rank 0 reads the text and learns the vocabulary is no part of the time that the training takes, nor is waiting for it.</summary>
    [Fact]
    public void RanksWaitNoLongerThanTheyTrain()
    {
        using var folder = new TemporaryFolder();
        PretrainingOptions options = Options(folder);
        options = options with { Training = options.Training with { EvalEvery = 1, LogEvery = 1 } };
        RanksInMemory.Run(2, ranks =>
        {
            var observer = new PretrainingObserver { Phases = ranks.Rank == 0 ? new Slowly() : null };
            PretrainingResult result = Pretraining.Run(options, Path.Combine(folder.Path, "run"), observer, TestContext.Current.CancellationToken, ranks);
            Assert.InRange(result.Communication!.WaitTime / result.Elapsed, 0, 1);
        });
        Assert.All(RunLog.Read(Path.Combine(folder.Path, "run", "log.jsonl")).Where(row => row.CommunicationShare is not null), row => Assert.InRange(row.CommunicationShare!.Value, 0, 1));
    }

    private static PretrainingOptions Options(TemporaryFolder folder)
    {
        File.WriteAllText(Path.Combine(folder.Path, "corpus.txt"), Text);
        return new PretrainingOptions
        {
            Corpus = [Path.Combine(folder.Path, "corpus.txt")],
            VocabSize = 120,
            MaxLength = 16,
            BatchSize = 4,
            Device = "cpu",
            Masking = new MlmMaskingOptions(),
            Model = new BiGSConfig { HiddenSize = 16, IntermediateSize = 48, NumHiddenLayers = 1, StateSize = 4 },
            Training = new TrainingOptions { Steps = 6, WarmupSteps = 1, LogEvery = 2, EvalEvery = 3, SaveEvery = 2 },
        };
    }

    private sealed class Slowly : IProgress<PretrainingPhase>
    {
        private bool _slept;

        public void Report(PretrainingPhase value)
        {
            Thread.Sleep(_slept ? 0 : 2_000); // longer than the training
            _slept = true;
        }
    }

    private sealed class AtStep(long step, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                act();
            }
        }
    }
}
