using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using BiGS.Training.Distillation;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Distillation;

/// <summary>An embedding model from another as one call, on text in files.</summary>
[Collection(TorchGlobals.Name)]
public class DistillationTests
{
    [Fact]
    public void AStudentComesNearerToItsTeacherAndOpensLikeAnyModel()
    {
        using var teacher = new SmallModel();
        using var folder = new TemporaryFolder();
        var losses = new List<double>();
        DistillationResult result = Run(Options(teacher, folder), folder, "run", new DistillationObserver { Steps = new Each(step => losses.Add(step.HeldOut?.Loss ?? step.Loss)) });
        Assert.True(result.IsFinished);
        Assert.True(result.HeldOut < 0.5 * losses[0] || result.HeldOut < 0.05, $"{losses[0]} → {result.HeldOut}");

        // The folder's vectors are the student's, in the teacher's space: as near to the teacher's as the run says.
        using var student = Embedder.Open(Path.Combine(folder.Path, "run"));
        using var master = Embedder.Open(teacher.Folder);
        Assert.Equal(master.Dimensions, student.Dimensions);
        string[] texts = ["the farmer near the trees sleeps .", "the trees near the farmer sleep , and nobody knows why ."];
        double distance = Embed(student).Zip(Embed(master), (s, t) => 1 - s.Zip(t, (x, y) => (double)x * y).Sum()).Average();
        Assert.InRange(distance, 0, losses[0]);

        IReadOnlyList<float[]> Embed(Embedder embedder) => embedder.Embed(texts, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("words", 2)]
    [InlineData("layers", 3)]
    public void AStoppedRunGoesOnFromItsFolderAlone(string stage, int step)
    {
        using var teacher = new SmallModel();
        using var folder = new TemporaryFolder();
        Run(Options(teacher, folder), folder, "whole");

        using var stop = new CancellationTokenSource();
        var atStep = new Each(progress => Stop(progress, step, stop));
        DistillationObserver observer = stage == "words" ? new DistillationObserver { WordSteps = atStep } : new DistillationObserver { Steps = atStep };
        Assert.False(DistillationRun.Run(Options(teacher, folder), Path.Combine(folder.Path, "stopped"), observer, stop.Token).IsFinished);
        Assert.True(Run(DistillationOptions.Read(Path.Combine(folder.Path, "stopped")), folder, "stopped").IsFinished);

        foreach (string file in (string[])["model.safetensors", "2_Dense/model.safetensors", "words/model.safetensors", "last/optimizer.safetensors"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "whole", file)), File.ReadAllBytes(Path.Combine(folder.Path, "stopped", file)));
        }
    }

    /// <summary>Likenesses are compared among a rank's own texts, so what ranks share is the distance.</summary>
    [Fact]
    public void TwoRanksLearnWhatOneDoes()
    {
        using var teacher = new SmallModel();
        using var folder = new TemporaryFolder();
        DistillationOptions options = Options(teacher, folder) with { Loss = new DistillationLossWeights(Likeness: 0), WordEpochs = 1 };
        options = options with { Training = options.Training with { Steps = 4, LearningRate = 1e-3 } };
        DistillationResult alone = Run(options, folder, "alone");
        double? together = null;
        RanksInMemory.Run(2, ranks =>
        {
            DistillationResult result = DistillationRun.Run(options, Path.Combine(folder.Path, "together"), cancellationToken: TestContext.Current.CancellationToken, ranks: ranks);
            together = ranks.Rank == 0 ? result.HeldOut : together;
        });
        Assert.Equal(alone.HeldOut!.Value, together!.Value, 1e-4);
    }

    [Fact]
    public void TheTeacherIsAskedOnce()
    {
        using var teacher = new SmallModel(seed: 11);
        string[] texts = ["the farmer", "the trees sleep", "nobody knows why"];
        TeacherVectors first = Ask(Precision.Fp32);
        DateTime written = File.GetLastWriteTimeUtc(Block());
        TeacherVectors again = Ask(Precision.Int8); // what is there is better than what is asked for
        Assert.Equal(first.Floats([0, 1, 2]), again.Floats([0, 1, 2]));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Block()));
        using var embedder = Embedder.Open(teacher.Folder);
        Assert.All(embedder.Embed(texts, cancellationToken: TestContext.Current.CancellationToken).SelectMany(vector => vector).Zip(first.Floats([0, 1, 2])), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        File.WriteAllBytes(Block(), [1, 2, 3]);
        Assert.Contains("delete it", Assert.Throws<InvalidDataException>(() => Ask(Precision.Fp32)).Message, StringComparison.Ordinal);
        File.Delete(Block());

        TeacherVectors Ask(Precision precision)
        {
            using var asked = new VectorTeacher(teacher.Folder, promptName: null, precision);
            return asked.Ask(texts, progress: null, TestContext.Current.CancellationToken);
        }

        string Block() => Directory.GetFiles(
            Path.Combine(Files.CacheFolder.Path, "vectors", Weights.CheckpointFingerprint.Compute(teacher.Folder, Tokenizers.BertTokenizer.Open(teacher.Folder)))).Single();
    }

    [Theory]
    [InlineData(Architecture.Gated)]
    [InlineData(Architecture.Stack)]
    public void BlocksThatStartAsTheIdentityPassWordsThrough(Architecture architecture)
    {
        using var scope = NewDisposeScope();
        var model = SmallModels.Build(SmallModels.Config(architecture) with { InitializerRange = 0.02, HiddenDropoutProb = 0, BlockDropoutProb = 0 });
        var input = new ModelInput(SmallModels.Ids(2, 9, seed: 4));
        Tensor words = model.Bigs.EmbedWords(input);
        Assert.True(Away() > 1e-3);
        foreach (Block block in model.Bigs.Layers)
        {
            block.StartAtIdentity();
        }

        // Of a STACK, the mixer's own small branch is left.
        Assert.InRange(Away(), 0, architecture == Architecture.Gated ? 0 : 1);

        double Away() => (model.Bigs.Encode(input) - words).abs().mean().item<float>();
    }

    private static DistillationResult Run(DistillationOptions options, TemporaryFolder folder, string name, DistillationObserver? observer = null) =>
        DistillationRun.Run(options, Path.Combine(folder.Path, name), observer, TestContext.Current.CancellationToken);

    private static DistillationOptions Options(SmallModel teacher, TemporaryFolder folder)
    {
        string[] subjects = ["the farmer", "the trees", "nobody", "the farmer near the trees"];
        string[] verbs = ["sleeps", "knows why", "sleep", "sleeps near the farmer"];
        string path = folder.File("texts.txt", string.Join("\n\n", Enumerable.Range(0, 64).Select(i => $"{subjects[i % 4]} {verbs[i / 4 % 4]} , and {subjects[i / 16]} {verbs[(i + 1) % 4]} .")));
        return new DistillationOptions
        {
            Teacher = teacher.Folder,
            Corpus = [path],
            Texts = 64,
            BatchSize = 4,
            WordEpochs = 2,
            Model = SmallModels.Config() with { HiddenDropoutProb = 0, BlockDropoutProb = 0, PositionEmbeddingType = PositionEmbedding.None, InitializerRange = 0.1 },
            Training = new TrainingOptions { Steps = 40, LearningRate = 1e-2, WarmupSteps = 3, EvalEvery = 10, SaveEvery = 2, LogEvery = 5 },
        };
    }

    private static void Stop(TrainingProgress progress, int step, CancellationTokenSource stop)
    {
        if (progress.Step == step)
        {
            stop.Cancel();
        }
    }

    private sealed class Each(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }
}
