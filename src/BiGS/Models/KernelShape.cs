using BiGS.Ssm;
using BiGS.StateSpace;
using static TorchSharp.torch;

namespace BiGS.Models;

/// <summary>What one kernel of a model does to an impulse: how much of a word reaches the words that come after it (or, backward, before it).</summary>
/// <param name="Layer">From 0, the nearest to the words.</param>
/// <param name="Direction">Which way the sequence is read.</param>
/// <param name="Head">From 0; one in the paper.</param>
/// <param name="Values">K_l + D at l = 0, for l = 0 … L−1.</param>
public sealed record KernelShape(int Layer, Direction Direction, int Head, IReadOnlyList<double> Values)
{
    /// <summary>The offset within which a share of Σ |K_l| lies.</summary>
    public int Reach(double share = 0.9)
    {
        double wanted = share * Values.Sum(Math.Abs);
        double sum = 0;
        for (int l = 0; l < Values.Count; l++)
        {
            sum += Math.Abs(Values[l]);
            if (sum >= wanted)
            {
                return l;
            }
        }

        return Values.Count - 1;
    }

    /// <summary>All kernels of a model, layer by layer, forward before backward; none where attention routes.</summary>
    /// <param name="model">Any head.</param>
    /// <param name="length">L.</param>
    public static IReadOnlyList<KernelShape> Of(HeadedModel model, int length)
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
