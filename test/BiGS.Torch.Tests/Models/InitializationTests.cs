using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Models;

public class InitializationTests
{
    private static readonly BiGSConfig Config =
        Presets.Get("tiny") with { VocabSize = 500, NumHiddenLayers = 2, NumSsmHeads = 8, PadTokenId = 3, InitializerRange = 0.02 };

    [Fact]
    public void ASeedIsASetOfWeights()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> first = Fresh(Config, 5);
        Assert.All(Fresh(Config, 5), p => Assert.True(p.Value.equal(first[p.Key]).all().item<bool>(), p.Key));
        Dictionary<string, Tensor> other = Fresh(Config, 6);
        foreach ((string name, Tensor parameter) in first)
        {
            bool drawn = name.EndsWith("weight", StringComparison.Ordinal) && !name.Contains("LayerNorm", StringComparison.Ordinal);
            bool same = parameter.equal(other[name]).all().item<bool>();
            Assert.True(same != (drawn || name.EndsWith("kernel.C", StringComparison.Ordinal) || name.EndsWith("log_step", StringComparison.Ordinal)), name);
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels.Forms), MemberType = typeof(SmallModels))]
    public void WeightsStartAsThePaperSays(Architecture architecture, Routing routing)
    {
        using var scope = NewDisposeScope();
        foreach ((string name, Tensor parameter) in Fresh(Config.WithBlocks(architecture, routing), 7))
        {
            double Mean() => parameter.mean().item<float>();
            double Deviation() => parameter.std().item<float>();
            bool All(double value) => parameter.eq(tensor((float)value)).all().item<bool>();
            string last = name[(name.LastIndexOf('.') + 1)..];
            double standardError = 0.02 / Math.Sqrt(parameter.numel());
            switch (last)
            {
                case "weight" when name.Contains("LayerNorm", StringComparison.Ordinal):
                case "D":
                    Assert.True(All(1), name);
                    break;
                case "weight" when name.EndsWith("conv1d.weight", StringComparison.Ordinal):
                    Assert.InRange(parameter.abs().max().item<float>(), 0.9 / Math.Sqrt(7), 1 / Math.Sqrt(7));
                    break;
                case "weight":
                    Assert.InRange(Mean(), -5 * standardError, 5 * standardError);
                    Assert.InRange(Deviation(), 0.02 - (5 * standardError), 0.02 + (5 * standardError));
                    break;
                case "bias" when name.EndsWith("dt_proj.bias", StringComparison.Ordinal):
                    using (Tensor step = nn.functional.softplus(parameter))
                    {
                        Assert.InRange(step.min().item<float>(), 0.99e-3, 0.1);
                        Assert.InRange(step.max().item<float>(), 1e-3, 0.101);
                    }

                    break;
                case "bias" when name.EndsWith("fc_D.bias", StringComparison.Ordinal):
                    Assert.True(All(1), name);
                    break;
                case "A_log":
                case "bias":
                    Assert.True(All(0), name);
                    break;
                case "A_re":
                    Assert.True(All(-0.5), name);
                    break;
                case "C":
                    Assert.InRange(Deviation(), 0.62, 0.79); // √½ of 1,024 draws
                    break;
                case "log_step":
                    Assert.InRange(parameter.min().item<float>(), Math.Log(0.01) - 1e-6, Math.Log(1.0));
                    Assert.InRange(parameter.max().item<float>(), Math.Log(0.01), 1e-6);
                    break;
                default:
                    Assert.Equal("A_im", last);
                    break;
            }
        }
    }

    [Theory]
    [InlineData(Scaling.Hippo)]
    [InlineData(Scaling.Lin)]
    [InlineData(Scaling.Inv)]
    public void TheFrequenciesAreThoseAskedFor(Scaling scaling)
    {
        using var scope = NewDisposeScope();
        double[] Expected(int N) => scaling switch
        {
            Scaling.Lin => [.. Enumerable.Range(0, N).Select(n => Math.PI * n)],
            Scaling.Inv => [.. Enumerable.Range(0, N).Select(n => N / Math.PI * ((N / ((2.0 * n) + 1)) - 1))],
            _ => [.. InitialValues.Hippo(N).Im.data<double>()],
        };
        float[] expected = [.. Expected(Config.StateSize).Select(v => (float)v)];
        Tensor frequencies = Fresh(Config with { Scaling = scaling }, 1)["bigs.encoder.layer.1.bs4.kernel.A_im"];
        for (int head = 0; head < 8; head++)
        {
            Assert.All(expected.Zip(frequencies[head].data<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    [Fact]
    public void PadsRowIsZero()
    {
        using var scope = NewDisposeScope();
        Tensor table = Fresh(Config, 1)["bigs.embeddings.word_embeddings.weight"];
        Assert.Equal(0, table[3].abs().max().item<float>());
        Assert.NotEqual(0, table[0].abs().max().item<float>());
    }

    [Theory]
    [InlineData("large", 0.02)]
    [InlineData("tiny", 0.0566)]
    public void NarrowPresetsStartWider(string preset, double range)
    {
        using var scope = NewDisposeScope();
        BiGSConfig config = Presets.Get(preset);
        Assert.Equal(range, config.InitializerRange, 1e-4);
        Tensor weight = Fresh(Config with { InitializerRange = config.InitializerRange }, 1)["bigs.encoder.layer.0.dv.weight"];
        Assert.InRange(weight.std().item<float>(), 0.97 * range, 1.03 * range);
    }

    /// <summary>Copies, since the weights themselves go with their model.</summary>
    private static Dictionary<string, Tensor> Fresh(BiGSConfig config, long seed)
    {
        using var model = new BiGSForMaskedLM(config, SsmRoutes.Auto);
        model.Initialize(seed);
        return model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
    }
}
