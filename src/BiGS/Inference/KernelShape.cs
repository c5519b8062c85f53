using BiGS.StateSpace;

namespace BiGS.Inference;

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
}
