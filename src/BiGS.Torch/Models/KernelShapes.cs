using BiGS.Inference;
using BiGS.Torch.Ssm;
using static TorchSharp.torch;

namespace BiGS.Torch.Models;

/// <summary>The kernels of a model of libtorch.</summary>
internal static class KernelShapes
{
    /// <summary>All kernels of a model, layer by layer, forward before backward; none where attention routes.</summary>
    /// <param name="model">Any head.</param>
    /// <param name="length">L.</param>
    public static IReadOnlyList<KernelShape> Compute(HeadedModel model, int length)
    {
        using var untracked = no_grad();
        var shapes = new List<KernelShape>();
        int layer = 0;
        foreach (Block block in model.Bigs.Layers)
        {
            foreach (S4D ssm in block.modules().OfType<S4D>().Distinct().OrderBy(ssm => ssm.Direction))
            {
                using var scope = NewDisposeScope();
                Tensor K = ssm.Discretize().ImpulseResponse(length).cpu(); // (m, L)
                double[] all = K.data<double>().ToArray();
                shapes.AddRange(Enumerable.Range(0, (int)K.shape[0]).Select(head => new KernelShape(layer, ssm.Direction, head, all[(head * length)..((head + 1) * length)])));
            }

            layer++;
        }

        return shapes;
    }
}
