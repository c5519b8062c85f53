using BiGS.Configuration;
using BiGS.Torch.Ssm;
using BiGS.Training.Evaluation;

namespace BiGS.Training.Planning;

/// <summary>
/// What a token costs in pretraining, in floating-point operations: the layers as the paper counts them (<see cref="ForwardCost"/>, SSMs by FFT),
/// and the head at the masked positions, d² + d v products each. The backward pass is twice the forward pass, since every product has a gradient
/// to each of its sides.
/// </summary>
/// <param name="Layers">Forward, of one token.</param>
/// <param name="Head">Forward, of one token, asked for or not.</param>
/// <param name="Recompute">Whether the backward pass computes the layers once more.</param>
internal sealed record TrainingCost(double Layers, double Head, bool Recompute)
{
    /// <summary>Of the time of a step, the backward pass.</summary>
    public const double BackwardShare = 2.0 / 3;

    /// <summary>Forward and backward, without what is computed twice: what a device is measured by.</summary>
    public double PerToken => 3 * (Layers + Head);

    /// <summary>What the device really computes for a token.</summary>
    public double ComputedPerToken => PerToken + (Recompute ? Layers : 0);

    /// <param name="config">The shape.</param>
    /// <param name="length">Tokens of a row.</param>
    /// <param name="masked">The share of tokens that is asked for.</param>
    /// <param name="recompute">Whether blocks are computed again in the backward pass.</param>
    public static TrainingCost Estimate(BiGSConfig config, int length, double masked, bool recompute)
    {
        (double d, double e) = (config.HiddenSize, config.EmbeddingWidth());
        return new TrainingCost(
            ForwardCost.Flops(config, length, SsmRoutes.Get("fft")) / length,
            masked * 2 * ((d * e) + (e * config.VocabSize)),
            recompute);
    }
}
