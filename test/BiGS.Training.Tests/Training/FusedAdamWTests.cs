using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using CsCheck;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Training;

public class FusedAdamWTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.Float64, 1e-12)]
    public void TwentyStepsAreAdamWsFormula(ScalarType type, double limit) => Gen.Select(
        Gen.Int[0, 5].Array[1, 3].Array[1, 6], Gen.Double[0, 0.3].Array[3], Gen.Double[0, 2].Array[3], Gen.Int[0, 100_000]).Sample(
        (sizes, decays, factors, seed) =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)seed);
            Tensor Normal(long[] shape) => empty(shape, type).normal_(generator: generator);
            (string Name, Parameter Parameter)[] parameters =
                [.. sizes.Select((shape, i) => ($"p{i}", new Parameter(Normal([.. shape.Select(n => (long)n)]))))];
            ParameterGroup[] groups =
                [.. Enumerable.Range(0, 3).Select(g => new ParameterGroup([.. parameters.Where((_, i) => i % 3 == g)], decays[g], factors[g]))];
            SlowAdamW[] slow = [.. parameters.Select((p, i) => new SlowAdamW(p.Parameter, decays[i % 3], factors[i % 3]))];
            using var fast = new FusedAdamW(groups, 0.9, 0.98, 1e-6);
            for (int step = 0; step < 20; step++)
            {
                double learningRate = 0.1 * (step + 1) / 20;
                for (int i = 0; i < parameters.Length; i++)
                {
                    // Of every third run the last parameter never gets a gradient.
                    if (seed % 3 > 0 || i < parameters.Length - 1)
                    {
                        Tensor gradient = Normal(parameters[i].Parameter.shape);
                        parameters[i].Parameter.grad = gradient;
                        slow[i].Step(gradient, learningRate, step + 1);
                    }
                }

                fast.Step(learningRate);
            }

            Assert.Equal(20, fast.Steps);
            for (int i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].Parameter.numel() > 0)
                {
                    double distance = (parameters[i].Parameter.detach().to_type(ScalarType.Float64).flatten() - tensor(slow[i].Weights)).abs().max().item<double>();
                    Assert.True(
                        distance <= limit * slow[i].Largest,
                        $"parameter {i}, seed {seed}: {distance:g3} where {limit:g3} of {slow[i].Largest:g3} is allowed");
                }
            }
        }, iter: 25, threads: 1);

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void EveryParameterIsInOneGroup(Architecture architecture, Routing routing)
    {
        foreach (string head in (string[])["BiGSForMaskedLM", "BiGSForSequenceClassification"])
        {
            using HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing) with { Merge = Merge.Concat }, head: head);
            IReadOnlyList<ParameterGroup> groups = ParameterGroup.Create(model, weightDecay: 0.05, ssmWeightDecay: 0.01, ssmLearningRateFactor: 0.1);
            Assert.Equal(
                model.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal),
                groups.SelectMany(group => group.Parameters).Select(p => p.Name).Order(StringComparer.Ordinal));
            foreach (ParameterGroup group in groups)
            {
                foreach ((string name, Parameter parameter) in group.Parameters)
                {
                    string[] parts = name.Split('.');
                    bool ssm = parts.Contains("fs4") || parts.Contains("bs4") || parts[^1] == "A_log" || (parts[^1] == "bias" && parts[^2] is "dt_proj" or "fc_D");
                    bool undecayed = parts[^1] == "bias" || parts[^2].EndsWith("LayerNorm", StringComparison.Ordinal);
                    Assert.Equal(ssm ? (0.01, 0.1) : undecayed ? (0, 1) : (0.05, 1), (group.WeightDecay, group.LearningRateFactor));
                    // What has no direction is a bias, a norm, or an SSM's.
                    Assert.True(ssm || undecayed == (parameter.dim() == 1), name);
                    Assert.Same(model.get_parameter(name), parameter);
                }
            }
        }
    }

    [Fact]
    public void TheNormIsTheWholeGradientsAndClippingKeepsItsDirection() =>
        Gen.Select(Gen.Double[-3, 3].Array[1, 6].Array[1, 5], Gen.Double[0.1, 5]).Sample((gradients, largest) =>
        {
            using var scope = NewDisposeScope();
            Parameter[] parameters = [.. gradients.Select(g => new Parameter(zeros(g.Length, ScalarType.Float64)) { grad = tensor(g) }), new Parameter(zeros(2))];
            Tensor[] there = [.. parameters.Where(p => p.grad is not null).Select(p => p.grad!)];
            double norm = Math.Sqrt(gradients.Sum(g => g.Sum(v => v * v)));
            Assert.Equal(norm, GradientNorm.Compute(there), 1e-9);
            Assert.Equal(norm, GradientNorm.Clip(there, largest), 1e-9);
            double factor = norm > largest ? largest / norm : 1;
            for (int i = 0; i < gradients.Length; i++)
            {
                Assert.All(gradients[i].Zip(parameters[i].grad!.data<double>()), pair => Assert.Equal(pair.First * factor, pair.Second, 1e-5));
            }
        }, iter: 50, threads: 1);

    /// <summary>Loshchilov and Hutter 2019, algorithm 2, one number after the other.</summary>
    private sealed class SlowAdamW(Tensor start, double decay, double factor)
    {
        private readonly double[] _first = new double[start.numel()];
        private readonly double[] _second = new double[start.numel()];

        public double[] Weights { get; } = Numbers(start);

        /// <summary>
        /// The largest number on the way. Rounding is a share of the numbers that were added up; a single weight may end next to zero,
        /// and is then no measure.
        /// </summary>
        public double Largest { get; private set; }

        public void Step(Tensor gradient, double learningRate, int step)
        {
            double[] g = Numbers(gradient);
            for (int i = 0; i < g.Length; i++)
            {
                _first[i] = (0.9 * _first[i]) + (0.1 * g[i]);
                _second[i] = (0.98 * _second[i]) + (0.02 * g[i] * g[i]);
                double m = _first[i] / (1 - Math.Pow(0.9, step));
                double v = _second[i] / (1 - Math.Pow(0.98, step));
                Largest = Math.Max(Largest, Math.Abs(Weights[i]));
                Weights[i] -= learningRate * factor * ((m / (Math.Sqrt(v) + 1e-6)) + (decay * Weights[i]));
                Largest = Math.Max(Largest, Math.Abs(Weights[i]));
            }
        }

        private static double[] Numbers(Tensor tensor) =>
            tensor.numel() == 0 ? [] : [.. tensor.detach().to_type(ScalarType.Float64).flatten().data<double>()];
    }
}
