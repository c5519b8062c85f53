using BiGS.Configuration;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Golden;

/// <summary>The mixer, from its input to what goes into its norm, is that of the authors' code (goombalab/hydra), in values and gradients.</summary>
[Trait("Category", "Golden")]
public class HydraGoldenTests
{
    private const int Width = 6;
    private static readonly HydraShape Shape = new(Heads: 3, HeadWidth: 4, States: 3);

    [Theory]
    [InlineData(ScalarType.Float32, Distance.Outputs, Distance.Gradients)]
    [InlineData(ScalarType.Float64, 1e-7, 1e-7)] // theirs takes e^A in single precision
    public void TheMixerIsTheAuthors(ScalarType type, double limit, double gradientLimit)
    {
        using var scope = NewDisposeScope();
        using var file = new SafetensorsFile(GoldenFiles.Path("hydra_mixer.safetensors"));
        Tensor Read(string name) => file.Read(name).to_type(type).to(TestDevice.Device);
        long e = Shape.Inner;
        Tensor projection = Read("in_proj.weight"); // theirs: gate, then x, B→, C→, B←, C←, then Δ of both directions
        using var layer = new HydraLayer(Width, Shape, 1e-12);
        layer.to(type).to(TestDevice.Device);
        using (no_grad())
        {
            void Set(string name, Tensor value) => layer.get_parameter(name)!.copy_(value);
            Set("in_proj.weight", projection.narrow(0, e, Shape.Channels));
            Set("dt_proj.weight", projection.narrow(0, e + Shape.Channels, 2 * Shape.Heads));
            Set("dt_proj.bias", Read("dt_bias").repeat(2));
            Set("fc_D.weight", Read("fc_D.weight"));
            Set("fc_D.bias", Read("D"));
            foreach (string name in (string[])["A_log", "conv1d.weight", "conv1d.bias"])
            {
                Set(name, Read(name));
            }
        }

        Tensor input = Read("input").transpose(0, 1).contiguous().requires_grad_();
        Tensor y = layer.Mixed(input, padding: null);
        Distance.Within(limit, y, file.Read("mixed"), "y");

        (y * Read("weight_of_loss")).sum().backward();
        void Gradient(string name, Tensor actual) => Distance.Within(gradientLimit, actual, file.Read($"{name}.grad"), $"gradient of {name}");
        Tensor Of(string name) => layer.get_parameter(name)!.grad!;
        Gradient("input", input.grad!.transpose(0, 1));
        Gradient("in_proj.weight", cat([zeros([e, Width], type, TestDevice.Device), Of("in_proj.weight"), Of("dt_proj.weight")], 0)); // the gate is outside
        Gradient("dt_bias", Of("dt_proj.bias").view(2, -1).sum(dim: 0));
        Gradient("D", Of("fc_D.bias"));
        foreach (string name in (string[])["A_log", "conv1d.weight", "fc_D.weight"])
        {
            Gradient(name, Of(name));
        }
    }
}
