using BiGS.StateSpace;
using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Ssm;
using BiGS.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.Golden;

[Trait("Category", "Golden")]
public class KernelGoldenTests
{
    public static TheoryData<int, int> Sizes =>
        new MatrixTheoryData<int, int>([4, 16, 64], [1, 7, 128, 1000, 4096]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void KernelsAreTheAuthors(int stateSize, int length)
    {
        using var scope = NewDisposeScope();
        using var file = new SafetensorsFile(GoldenFiles.Path("s4d_kernels.safetensors"));
        var kernel = new S4DKernel(1, stateSize, Discretization.ZeroOrderHold);
        using (no_grad())
        {
            foreach (string name in (string[])["A_re", "A_im", "C", "log_step"])
            {
                kernel.get_parameter(name)!.copy_(file.Read($"N{stateSize}.L{length}.{name}"));
            }
        }

        kernel.to(TestDevice.Device);
        Tensor K = kernel.Discretize(ones(1, device: TestDevice.Device)).Kernel(length);
        Distance.Within(Distance.Kernels, K, file.Read($"N{stateSize}.L{length}.K"), $"K, N = {stateSize}, L = {length}");
    }

    /// <summary>And so are those of the definition in plain C#.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void KernelsOfTheDefinitionAreTheAuthors(int stateSize, int length)
    {
        using var scope = NewDisposeScope();
        using var file = new SafetensorsFile(GoldenFiles.Path("s4d_kernels.safetensors"));
        float[] Read(string name) => file.Read($"N{stateSize}.L{length}.{name}").to_type(ScalarType.Float32).data<float>().ToArray();
        StateSpaceModel model = StateSpaceModel.FromParameters(Read("A_re"), Read("A_im"), Read("C"), Read("log_step"), [1])[0];
        Tensor K = tensor(model.ZeroOrderHold().Kernel(length));
        Distance.Within(Distance.Kernels, K, file.Read($"N{stateSize}.L{length}.K"), $"K, N = {stateSize}, L = {length}");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public void InitialValuesAreTheAuthors(int stateSize)
    {
        using var scope = NewDisposeScope();
        using var file = new SafetensorsFile(GoldenFiles.Path("s4d_kernels.safetensors"));
        foreach ((string name, InitialFrequencies start) in new (string, InitialFrequencies)[]
            { ("hippo", InitialValues.Hippo), ("lin", InitialValues.Linear), ("inv", InitialValues.Inverse) })
        {
            (Tensor re, Tensor im) = start(stateSize);
            Distance.Within(Distance.Kernels, im, file.Read($"init.{name}.N{stateSize}.A_im"), $"A_im, {name}");
            Distance.Within(Distance.Kernels, re, file.Read($"init.hippo.N{stateSize}.A_re"), $"A_re, {name}");
        }
    }
}
