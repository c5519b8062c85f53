using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.FineTuning;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.FineTuning;

[Collection(TorchGlobals.Name)]
public class FineTunerTests
{
    private static readonly FineTuningOptions Quick = new() { Epochs = 6, BatchSize = 8, LearningRate = 3e-3, Seed = 5 };

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EveryModelLearnsWhichWordIsThere(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        HeadedModel model = Fresh(architecture, routing);
        var examples = new Labelled(96);
        using var tuner = new FineTuner(model, Quick with { Epochs = 25, LearningRate = 1e-2 }, padId: 0, headIsFresh: true);
        IReadOnlyList<EpochResult> epochs = Learn(tuner, examples);
        Assert.InRange(epochs.Max(epoch => epoch.Score.Metrics["accuracy"]), 0.95, 1);
        Assert.True(epochs[^1].Loss < epochs[0].Loss / 2);
    }

    [Fact]
    public void TheSameSeedGivesTheSameModel()
    {
        using var scope = NewDisposeScope();
        (double Loss, float[] Weights)[] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            HeadedModel model = Fresh(dropout: 0.2);
            var examples = new Labelled(24);
            using var tuner = new FineTuner(model, Quick with { Epochs = 2 }, padId: 0, headIsFresh: true);
            double loss = Learn(tuner, examples)[^1].Loss;
            return (loss, model.get_parameter("classifier.weight")!.data<float>().ToArray());
        })];
        Assert.Equal(runs[0].Loss, runs[1].Loss);
        Assert.Equal(runs[0].Weights, runs[1].Weights);
    }

    [Fact]
    public void WhatIsFrozenStays()
    {
        using var scope = NewDisposeScope();
        foreach (FineTuningOptions options in (FineTuningOptions[])
            [Quick with { Epochs = 1, FreezeSsm = true }, Quick with { Epochs = 1, HeadOnly = true }, Quick with { Epochs = 1, LoraRank = 2 }])
        {
            HeadedModel model = Fresh();
            Dictionary<string, float[]> before = Weights(model);
            var examples = new Labelled(24);
            using var tuner = new FineTuner(model, options, padId: 0, headIsFresh: true);
            Learn(tuner, examples);
            bool Stays(string name) => options.HeadOnly || options.LoraRank is not null ? name.StartsWith("bigs.", StringComparison.Ordinal) && !name.Contains("pooler", StringComparison.Ordinal) : name.Contains("s4.", StringComparison.Ordinal);
            Assert.All(Weights(model).Where(weight => before.ContainsKey(weight.Key)), weight => Assert.True(Stays(weight.Key) == weight.Value.SequenceEqual(before[weight.Key]) || IsNeverRead(weight.Key), weight.Key));
        }
    }

    /// <summary>A cached encoder and one that is computed anew give a head the same gradient, up to bf16's rounding of what is kept.</summary>
    [Fact]
    public void AHeadLearnsTheSameFromWhatIsKept()
    {
        using var scope = NewDisposeScope();
        var examples = new Labelled(40);
        double[] losses = [.. ((bool[])[true, false]).Select(headOnly =>
        {
            HeadedModel model = Fresh();
            if (!headOnly)
            {
                foreach ((string name, var parameter) in model.named_parameters())
                {
                    parameter.requires_grad = !name.StartsWith("bigs.", StringComparison.Ordinal) || name.Contains("pooler", StringComparison.Ordinal);
                }
            }

            using var tuner = new FineTuner(model, Quick with { Epochs = 3, HeadOnly = headOnly }, padId: 0, headIsFresh: true);
            return Learn(tuner, examples)[^1].Loss;
        })];
        Assert.Equal(losses[1], losses[0], 0.02);
    }

    [Fact]
    public void ItStopsWhereNothingGetsBetter()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = Fresh();
        var examples = new Labelled(16);
        using var tuner = new FineTuner(model, Quick with { Epochs = 50, LearningRate = 0, Patience = 2 }, padId: 0, headIsFresh: true);
        int kept = 0;
        Assert.Equal(3, Learn(tuner, examples, () => kept++).Count);
        Assert.Equal(1, kept);
    }

    /// <summary>Scaling all hidden states by 1,000 changes neither what a fresh head first says nor how it learns: dense, rate and decay follow.</summary>
    [Fact]
    public void AHeadReadsStatesOfAnyScale()
    {
        using var scope = NewDisposeScope();
        var examples = new Labelled(32);
        double[][] losses = [.. ((double[])[1, 1000]).Select(factor =>
        {
            HeadedModel model = Fresh();
            Scale(model, factor);
            using var tuner = new FineTuner(model, Quick with { HeadOnly = true, Epochs = 3, Epsilon = 1e-12 }, padId: 0, headIsFresh: true);
            return Learn(tuner, examples).Select(epoch => epoch.Loss).ToArray();
        })];
        Assert.All(losses[0].Zip(losses[1]), pair => Assert.Equal(pair.First, pair.Second, 2e-3));
    }

    private static IReadOnlyList<EpochResult> Learn(FineTuner tuner, Labelled examples, Action? kept = null) =>
        tuner.Run("words", examples, examples, "accuracy", (_, _) => kept?.Invoke(), cancellationToken: TestContext.Current.CancellationToken);

    private static HeadedModel Fresh(Architecture architecture = Architecture.Gated, Routing routing = Routing.Ssm, double dropout = 0)
    {
        HeadedModel model = SmallModels.Build(
            SmallModels.Config(architecture, routing) with { NumLabels = 2, HiddenDropoutProb = dropout }, head: "BiGSForSequenceClassification");
        model.train();
        return model;
    }

    /// <summary>The residual stream of a pre-norm encoder has no scale of its own: embeddings' LayerNorm and every block's last dense set it.</summary>
    private static void Scale(HeadedModel model, double factor)
    {
        using var untracked = no_grad();
        foreach ((string name, var parameter) in model.named_parameters())
        {
            if (name.StartsWith("bigs.embeddings.LayerNorm.", StringComparison.Ordinal) || name.Contains(".do.", StringComparison.Ordinal))
            {
                parameter.mul_(tensor((float)factor));
            }
        }
    }

    private static bool IsNeverRead(string name) => name.Contains("token_type", StringComparison.Ordinal) || name.Contains("position_embeddings", StringComparison.Ordinal) || name.Contains("word_embeddings", StringComparison.Ordinal);

    private static Dictionary<string, float[]> Weights(HeadedModel model) => model.named_parameters().ToDictionary(p => p.name, p => p.parameter.data<float>().ToArray());

    /// <summary>Rows of random words; the class says whether word 7 is among them.</summary>
    private sealed class Labelled : LabelledExamples
    {
        private readonly Sample[] _samples;

        public Labelled(int count)
        {
            var random = new Random(3);
            _samples = [.. Enumerable.Range(0, count).Select(i =>
            {
                int[] ids = [.. Enumerable.Range(0, random.Next(5, 14)).Select(_ => random.Next(8, 40))];
                ids[random.Next(ids.Length)] = i % 2 == 0 ? 7 : 9;
                return new Sample([new TokenRow(ids)], new ClassTarget(i % 2));
            })];
        }

        public override int Count => _samples.Length;

        internal override IReadOnlyList<Sample> Samples => _samples;

        public override BiGS.Training.Evaluation.Score Score(string task, IReadOnlyList<float[]> answers) => BiGS.Training.Evaluation.Score.Bootstrap(task, Count, new Dictionary<string, Func<IReadOnlyList<int>, double>>
        {
            ["accuracy"] = chosen => chosen.Average(i => ArgMax(answers[i]) == i % 2 ? 1.0 : 0),
        });

        public override IEnumerable<string> PredictedLabels(IReadOnlyList<float[]> answers) => [];

        public override IReadOnlyList<float[]> Baseline(LabelledExamples train) => [];

        public override LabelledExamples Subset(Func<int, bool> chosen) => this;
    }
}
