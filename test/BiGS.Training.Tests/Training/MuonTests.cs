using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using CsCheck;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Training;

public class MuonTests
{
    /// <summary>Twenty steps of matrices of any shape equal the formula, computed one matrix after the other in double precision.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 2e-4)]
    [InlineData(ScalarType.Float64, 1e-11)]
    public void TwentyStepsAreMuonsFormula(ScalarType type, double limit) => Gen.Select(
        Gen.Int[1, 6].Array[2].Array[1, 6], Gen.Double[0, 0.3].Array[2], Gen.Double[0.1, 2].Array[2], Gen.Int[0, 100_000]).Sample(
        (shapes, decays, factors, seed) =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)seed);
            Tensor Normal(long[] shape) => empty(shape, type).normal_(generator: generator);
            (string Name, Parameter Parameter)[] parameters =
                [.. shapes.Select((shape, i) => ($"p{i}", new Parameter(Normal([.. shape.Select(n => (long)n)]))))];
            ParameterGroup[] groups =
                [.. Enumerable.Range(0, 2).Select(g => new ParameterGroup([.. parameters.Where((_, i) => i % 2 == g)], decays[g], factors[g]))];
            SlowMuon[] slow = [.. parameters.Select((p, i) => new SlowMuon(p.Parameter, decays[i % 2], factors[i % 2]))];
            using var fast = new Muon(groups, momentum: 0.9);
            for (int step = 0; step < 20; step++)
            {
                double learningRate = 0.1 * (step + 1) / 20;
                for (int i = 0; i < parameters.Length; i++)
                {
                    // Of every third run the last matrix never gets a gradient.
                    if (seed % 3 > 0 || i < parameters.Length - 1)
                    {
                        Tensor gradient = Normal(parameters[i].Parameter.shape);
                        parameters[i].Parameter.grad = gradient;
                        slow[i].Step(gradient, learningRate);
                    }
                }

                fast.Step(learningRate);
            }

            Assert.Equal(20, fast.Steps);
            for (int i = 0; i < parameters.Length; i++)
            {
                double distance = (parameters[i].Parameter.detach().to_type(ScalarType.Float64) - slow[i].Weights).abs().max().item<double>();
                double largest = Math.Max(1, slow[i].Weights.abs().max().item<double>());
                Assert.True(distance <= limit * largest, $"matrix {i}, seed {seed}: {distance:g3} where {limit:g3} of {largest:g3} is allowed");
            }
        }, iter: 25, threads: 1);

    /// <summary>The singular values become 1, the singular vectors stay.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void SingularValuesBecomeOneAndVectorsStay(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        (Tensor u, _, Tensor vt) = linalg.svd(empty([4, 16, 40], ScalarType.Float64).normal_(generator: generator), fullMatrices: false);
        Tensor values = pow(10, -2.5 * empty([4, 16], ScalarType.Float64).uniform_(0, 1, generator)); // from 1 down to a three-hundredth
        Tensor found = Orthogonalization.Apply(u.mul(values.unsqueeze(1)).matmul(vt).to_type(type)).to_type(ScalarType.Float64);
        Tensor within = u.transpose(1, 2).matmul(found).matmul(vt.transpose(1, 2)); // diagonal where the vectors have stayed
        Tensor diagonal = within.diagonal(dim1: 1, dim2: 2);
        Assert.InRange(diagonal.min().item<double>(), 0.85, 1.15);
        Assert.InRange(diagonal.max().item<double>(), 0.85, 1.15);
        Assert.True((within - diag_embed(diagonal)).abs().max().item<double>() < (type == ScalarType.Float32 ? 1e-4 : 1e-12));
        Assert.Equal(0, Orthogonalization.Apply(zeros([1, 3, 5], type)).abs().max().to_type(ScalarType.Float64).item<double>());
    }

    /// <summary>Matrices of layers are Muon's; tables, heads, norms, biases and SSMs are AdamW's; nothing is both or neither.</summary>
    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void LayersMatricesAreApart(Architecture architecture, Routing routing)
    {
        using HeadedModel model = SmallModels.Build(SmallModels.Config(architecture, routing) with { Merge = Merge.Concat }, head: "BiGSForMaskedLM");
        (IReadOnlyList<ParameterGroup> matrices, IReadOnlyList<ParameterGroup> others) =
            ParameterGroup.SplitLayerMatrices(ParameterGroup.Create(model, weightDecay: 0.05, ssmWeightDecay: 0, ssmLearningRateFactor: 1));
        string[] NamesOf(IReadOnlyList<ParameterGroup> groups) => [.. groups.SelectMany(group => group.Parameters).Select(p => p.Name)];
        Assert.Equal(
            model.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal), NamesOf(matrices).Concat(NamesOf(others)).Order(StringComparer.Ordinal));
        Assert.Equal(
            model.named_parameters().Where(p => p.name.Contains(".layer.", StringComparison.Ordinal) && p.name.EndsWith(".weight", StringComparison.Ordinal) && p.parameter.dim() == 2)
                .Select(p => p.name).Order(StringComparer.Ordinal),
            NamesOf(matrices).Order(StringComparer.Ordinal));
        Assert.NotEmpty(NamesOf(matrices));
    }

    /// <summary>The formula, one matrix by itself, in double precision.</summary>
    private sealed class SlowMuon(Tensor start, double decay, double factor)
    {
        // Single precision, as libtorch takes them.
        private static readonly float[][] Polynomials =
        [
            [8.287212f, -23.5958865f, 17.3003873f], [4.1070591f, -2.9478499f, 0.5448431f], [3.9486909f, -2.9089021f, 0.5518191f],
            [3.3184197f, -2.488488f, 0.5100489f], [2.300652f, -1.668904f, 0.4188073f],
        ];

        private Tensor _momentum = zeros_like(start, ScalarType.Float64);

        public Tensor Weights { get; private set; } = start.detach().to_type(ScalarType.Float64).clone();

        public void Step(Tensor gradient, double learningRate)
        {
            Tensor g = gradient.to_type(ScalarType.Float64);
            _momentum = (0.9 * _momentum) + (0.1 * g);
            double rate = learningRate * factor;
            double size = 0.2 * Math.Sqrt(Math.Max(Weights.shape[0], Weights.shape[1]));
            Weights = Weights - (rate * decay * Weights) - (rate * size * Orthogonal((0.1 * g) + (0.9 * _momentum)));
        }

        /// <summary>Each polynomial applied to the singular values themselves.</summary>
        private static Tensor Orthogonal(Tensor matrix)
        {
            (Tensor u, Tensor s, Tensor vt) = linalg.svd(matrix, fullMatrices: false);
            s /= 1.01 * s.pow(2).sum().sqrt();
            foreach (float[] p in Polynomials)
            {
                s = ((double)p[0] * s) + ((double)p[1] * s.pow(3)) + ((double)p[2] * s.pow(5));
            }

            return u.matmul(s.diag()).matmul(vt);
        }
    }
}
