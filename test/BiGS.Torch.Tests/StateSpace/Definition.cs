using BiGS.StateSpace;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Tests.StateSpace;

/// <summary>The definition in double precision, with the parameters and the rows of the forms that are tested against it.</summary>
internal static class Definition
{
    /// <summary>The systems of a layer of TorchSharp, one for each head, from its parameters in single precision.</summary>
    public static DiscreteStateSpaceModel[] Of(S4D layer, bool bilinear)
    {
        float[] Read(string name) => layer.get_parameter(name)!.detach().to_type(ScalarType.Float32).cpu().data<float>().ToArray();
        return Of(Read("kernel.A_re"), Read("kernel.A_im"), Read("kernel.C"), Read("kernel.log_step"), Read("D"), bilinear);
    }

    public static DiscreteStateSpaceModel[] Of(float[] aRe, float[] aIm, float[] c, float[] logStep, float[] d, bool bilinear) =>
        [.. StateSpaceModel.FromParameters(aRe, aIm, c, logStep, d).Select(model => bilinear ? model.Bilinear() : model.ZeroOrderHold())];

    /// <summary>The recurrence, channel by channel: (m, l, c) → (m, l, c), double.</summary>
    public static Tensor Filtered(DiscreteStateSpaceModel[] heads, Tensor u, Direction direction)
    {
        (int m, int l, int c) = ((int)u.shape[0], (int)u.shape[1], (int)u.shape[2]);
        double[] input = u.detach().to_type(ScalarType.Float64).permute(0, 2, 1).contiguous().data<double>().ToArray(); // (m, c, l)
        double[] y = [.. Enumerable.Range(0, m * c).SelectMany(row => heads[row / c].Run(input.AsSpan(row * l, l), direction))];
        return tensor(y, [m, c, l]).permute(0, 2, 1);
    }
}
